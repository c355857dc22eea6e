namespace UwsgiIt.Comparison;

/// <summary>What a figure is of, in which unit, and which direction is better.</summary>
internal sealed record Metric(string Name, string Unit, bool HigherIsBetter = false)
{
    /// <summary>CPU time of the subject, all its threads and children, for an answered request.</summary>
    public static readonly Metric CpuPerRequest = new("CPU per request", "µs");

    /// <summary>Bytes of answers for each second of the subject's CPU time.</summary>
    public static readonly Metric BytesPerCpuSecond = new("bytes per CPU second", "MB/s", HigherIsBetter: true);

    public static readonly Metric Throughput = new("throughput", "requests/s", HigherIsBetter: true);

    /// <summary>Resident memory after the rounds.</summary>
    public static readonly Metric Resident = new("memory", "MiB");

    public static readonly Metric BytesPerConnection = new("memory per connection", "bytes");

    public static readonly Metric BytesPerName = new("memory per name", "bytes");

    /// <summary>From the start of the process to the first right answer.</summary>
    public static readonly Metric Ready = new("time to ready", "s");

    public static readonly Metric Failures = new("failed requests", "");

    public static Metric Percentile(double percentile, string load) => new(FormattableString.Invariant($"p{percentile} at {load}"), "µs");

    public Row Of(string scenario, string subject, double value) => new(scenario, subject, Name, value, Unit);
}
