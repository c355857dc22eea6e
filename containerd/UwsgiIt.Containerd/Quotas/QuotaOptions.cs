using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Quotas;

/// <summary>How disk use is bounded.</summary>
internal sealed class QuotaOptions : IValidatedOptions
{
    public static string SectionName => "Quota";

    /// <summary>auto (what the homes' file system can do), user, btrfs, image, or none: no bound at all. Default auto.</summary>
    public string Backend { get; set; } = "auto";

    public IEnumerable<OptionFault> Validate()
    {
        if (Backend is not ("auto" or "user" or "btrfs" or "image" or "none"))
        {
            yield return new OptionFault("Quota:Backend", Backend, "is not a way to bound disk use", "Write auto, user, btrfs, image or none");
        }
    }
}
