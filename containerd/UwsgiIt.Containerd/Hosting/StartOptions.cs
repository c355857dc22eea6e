using UwsgiIt.Containerd.Launch;

namespace UwsgiIt.Containerd.Hosting;

/// <summary>How containers are started and stopped.</summary>
internal sealed class StartOptions : IValidatedOptions
{
    public static string SectionName => "Start";

    /// <summary>Starts at the same time. Default the number of processors.</summary>
    public int Parallel { get; set; } = Environment.ProcessorCount;

    /// <summary>How long a container may take to be built. Default 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long vassals may take to stop before the whole cgroup is killed. Default 30 s (the platform's curse tolerance).</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Pause after a failed start, doubled each time up to <see cref="MaxBackOff"/>. Default 1 s.</summary>
    public TimeSpan BackOff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between starts. Default 5 minutes.</summary>
    public TimeSpan MaxBackOff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether containers get a user namespace of their own, with the distro's files as its root's: auto, required or none. Default auto.</summary>
    public UserNamespaceMode UserNamespace { get; set; }

    public IEnumerable<OptionFault> Validate()
    {
        if (Parallel is < 1 or > 64)
        {
            yield return new OptionFault("Start:Parallel", $"{Parallel}", "is not 1 to 64", "Write the number of processors");
        }

        foreach (var (name, value) in new[] { (nameof(Timeout), Timeout), (nameof(StopTimeout), StopTimeout), (nameof(BackOff), BackOff), (nameof(MaxBackOff), MaxBackOff) })
        {
            if (value < TimeSpan.FromMilliseconds(10) || value > TimeSpan.FromHours(1))
            {
                yield return new OptionFault($"Start:{name}", $"{value}", "is not 10 ms to 1 hour", "Write for example 00:00:30");
            }
        }
    }
}
