namespace UwsgiIt.TuntapBench;

/// <summary>A figure, in the comparison's form.</summary>
internal sealed record Row(string Scenario, string Subject, string Metric, double Value, string Unit, string? Peer = null, double? Ratio = null, string? Target = null, bool? Pass = null);
