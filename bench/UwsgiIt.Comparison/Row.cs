namespace UwsgiIt.Comparison;

/// <summary>A figure of the results. With a peer it is a comparison: ours over the peer's; with a target alone it is held to a limit.</summary>
internal sealed record Row(string Scenario, string Subject, string Metric, double Value, string Unit)
{
    public string? Peer { get; init; }

    public double? Ratio { get; init; }

    public double? Target { get; init; }

    public bool? Pass { get; init; }
}
