using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Loopboxes;

/// <summary>Images of customers, mounted for them.</summary>
internal sealed class LoopboxOptions : IValidatedOptions
{
    public static string SectionName => "Loopbox";

    /// <summary>Default false: the image is a customer's, and the kernel's ext4 reads it with all rights.</summary>
    public bool Enabled { get; set; }

    /// <summary>Between looks at what is mounted and what shall be. Default 30 s (the platform's).</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    public IEnumerable<OptionFault> Validate()
    {
        if (Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromHours(1))
        {
            yield return new OptionFault("Loopbox:Interval", $"{Interval}", "is not 0.1 s to 1 hour", "Write for example 00:00:30");
        }
    }
}
