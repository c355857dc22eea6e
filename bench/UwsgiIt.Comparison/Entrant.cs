using System.Net;
using UwsgiIt.Comparison.Subjects;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison;

/// <summary>A subject that runs: where it listens and what it is given.</summary>
internal sealed record Entrant(Subject Subject, ProcessTree Process, int Port, bool Tls)
{
    /// <summary>From the start of its process to its first good answer.</summary>
    public TimeSpan StartedIn { get; init; }

    public string Name => Subject.Name;

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    /// <summary>A plan of our own generator that asks for the small answer.</summary>
    public LoadPlan Plan => new() { Target = EndPoint, Host = Ground.Host, Tls = Tls, Mix = new TrafficMix([new TrafficItem("/")]) };
}
