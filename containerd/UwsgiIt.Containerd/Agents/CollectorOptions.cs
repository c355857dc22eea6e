namespace UwsgiIt.Containerd.Agents;

/// <summary>What is measured for the api, and how much of it waits while the api is away. Changes need a restart.</summary>
internal sealed class CollectorOptions : IValidatedOptions
{
    public static string SectionName => "Collector";

    /// <summary>Between looks at what containers use. Default 30 s, what the api keeps for two days.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of measurements kept while the api is away; the oldest go first. Default 64 MiB, a day and a half of 200 containers.</summary>
    public long SpoolBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Files of this host that the api may ask for, absolute paths. Default none.</summary>
    public IList<string> Files { get; init; } = [];

    public IEnumerable<OptionFault> Validate()
    {
        if (Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromHours(1))
        {
            yield return new OptionFault("Collector:Interval", $"{Interval}", "is not 0.1 s to 1 hour", "Write for example 00:00:30");
        }

        if (SpoolBytes < 65_536)
        {
            yield return new OptionFault("Collector:SpoolBytes", $"{SpoolBytes}", "is less than 65536 bytes", "Write for example 67108864");
        }

        foreach (var file in Files.Where(static file => !file.StartsWith('/') || file.Split('/').Contains("..")))
        {
            yield return new OptionFault("Collector:Files", file, "is no plain absolute path", "Write for example /etc/os-release");
        }
    }
}
