using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Quotas;

/// <summary>Turns simple quotas on where the homes are; only btrfs of Linux 6.7 takes that. Classic ones would not count a customer's own subvolumes.</summary>
internal sealed class BtrfsQuotaProbe(IOptions<PathOptions> paths) : IQuotaProbe
{
    public string Name => "btrfs";

    public bool IsAutomatic => true;

    public bool TryOpen([NotNullWhen(true)] out IQuotaBackend? backend, [NotNullWhen(false)] out string? reason)
    {
        var root = SafeDirectory.OpenTrusted(paths.Value.ContainersRoot);
        try
        {
            BtrfsVolume.EnableSimpleQuota(root.Handle);
            (backend, reason) = (new BtrfsQuota(root), null);
            return true;
        }
        catch (LinuxException e)
        {
            root.Dispose();
            (backend, reason) = (null, e.Message);
            return false;
        }
    }
}
