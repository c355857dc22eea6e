using System.Text.Json;

namespace UwsgiIt.Containerd.Contracts;

/// <summary>
/// A message between the daemon and an Emperor: one JSON object, one packet of SOCK_SEQPACKET. Unknown members are passed over, so that either
/// side may be the newer one; a type that is not known is not answered.
/// </summary>
public sealed record EmperorMessage
{
    /// <summary>Longest message, in bytes; ours, arbitrary, may grow.</summary>
    public const int MaxBytes = 4096;

    /// <summary>Of what this is the first version; raised when a reader of this one would go wrong.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the contract.</summary>
    public int V { get; set; } = CurrentVersion;

    /// <summary>
    /// From the Emperor: <c>hello</c> once a connection (then every vassal's state), <c>vassal</c> a state, <c>ended</c> a process is gone,
    /// <c>crash-loop</c>, <c>place</c> a process shall get limits, <c>log</c> lines were lost. From the daemon: <c>placed</c>, <c>say</c> into the log,
    /// <c>broadcast</c> to open terminals.
    /// </summary>
    public string Type { get; set; } = "";

    /// <summary>Vassal.</summary>
    public string? Name { get; set; }

    /// <summary>starting, ready, accepting, loyal, waiting, cursed, idle or gone.</summary>
    public string? State { get; set; }

    /// <summary>Pid as the container counts.</summary>
    public int? Pid { get; set; }

    /// <summary>Exit status, when it exited.</summary>
    public int? Code { get; set; }

    /// <summary>Signal, when one ended it.</summary>
    public int? Signal { get; set; }

    /// <summary>Ends before being loyal, one after the other.</summary>
    public int? Attempts { get; set; }

    /// <summary>Number of a place request; comes back in the answer.</summary>
    public long? Request { get; set; }

    /// <summary>Bytes.</summary>
    public long? Memory { get; set; }

    /// <summary>1 to 10000.</summary>
    public int? CpuWeight { get; set; }

    /// <summary>Why a request was not done; null when it was.</summary>
    public string? Fault { get; set; }

    /// <summary>A sentence for the container's log, or its terminals.</summary>
    public string? Text { get; set; }

    /// <summary>The packet.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, EmperorMessageJson.Default.EmperorMessage);

    /// <summary>Null when it is none, or of a version that this side does not know.</summary>
    public static EmperorMessage? TryRead(ReadOnlySpan<byte> packet)
    {
        if (packet.Length is 0 or > MaxBytes)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(packet, EmperorMessageJson.Default.EmperorMessage) is { V: CurrentVersion, Type.Length: > 0 } message ? message : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
