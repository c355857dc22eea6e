using System.Net;

namespace UwsgiIt.LoadTest;

/// <summary>A run: where to, what, how many, how fast, how long. What an item of the mix says of its own beats the plan.</summary>
internal sealed record LoadPlan
{
    public required IPEndPoint Target { get; init; }

    /// <summary>Where items over TLS go when the plan itself is without; null: to <see cref="Target"/>.</summary>
    public IPEndPoint? TlsTarget { get; init; }

    public required TrafficMix Mix { get; init; }

    /// <summary>Host header and SNI where an item names none.</summary>
    public string Host { get; init; } = "localhost";

    public LoadProtocol Protocol { get; init; }

    public bool Tls { get; init; }

    /// <summary>False asks for a full handshake on every connection.</summary>
    public bool TlsResume { get; init; } = true;

    /// <summary>Requests under way at once; with HTTP/1.1 and WebSocket, connections.</summary>
    public int Connections { get; init; } = 16;

    /// <summary>Requests a second, arriving evenly whether the earlier ones are done or not; 0 sends the next when one is answered.</summary>
    public double Rate { get; init; }

    /// <summary>
    /// True takes the mix's items in as even a turn as their weights allow, so that a short run has their shares exactly; otherwise they are drawn,
    /// and come in clumps as they do in life.
    /// </summary>
    public bool EvenShares { get; init; }

    /// <summary>False opens a connection for each request (Http1 only).</summary>
    public bool KeepAlive { get; init; } = true;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Not counted, at the same rate, before.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.Zero;

    /// <summary>How long answers are waited for when no more are asked for; what is open then has failed.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The plan as one item of the mix has it.</summary>
    public LoadPlan For(TrafficItem item)
    {
        var tls = item.Tls ?? Tls;
        return this with
        {
            Target = tls && TlsTarget is not null ? TlsTarget : Target,
            TlsTarget = null,
            Tls = tls,
            Protocol = item.Protocol ?? Protocol,
            KeepAlive = item.KeepAlive ?? KeepAlive,
            TlsResume = item.Resume ?? TlsResume,
        };
    }
}
