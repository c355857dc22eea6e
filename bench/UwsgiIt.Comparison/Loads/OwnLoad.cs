using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Loads;

/// <summary>Our own generator, as fast as answers come.</summary>
internal sealed record OwnLoad(LoadProtocol Protocol, int BodyBytes = 0, int Connections = 64, bool KeepAlive = true, bool TlsResume = true) : Load
{
    public override async Task<Seen> RunAsync(Ground ground, Entrant entrant, TimeSpan duration, CancellationToken cancellationToken)
    {
        var result = await new LoadGenerator(entrant.Plan with
        {
            Mix = new TrafficMix([new TrafficItem("/", BodyBytes: BodyBytes)]),
            Protocol = Protocol,
            Connections = Connections,
            KeepAlive = KeepAlive,
            TlsResume = TlsResume,
            Duration = duration,
        }).RunAsync(cancellationToken);
        return new Seen(result.Answers, result.Bytes, result.Elapsed, result.Problem);
    }
}
