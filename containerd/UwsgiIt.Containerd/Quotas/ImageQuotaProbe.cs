using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Quotas;

/// <summary>Needs loop devices and mkfs.ext4; chosen only by name, since it takes the space at once.</summary>
internal sealed class ImageQuotaProbe(IOptions<PathOptions> paths) : IQuotaProbe
{
    public string Name => "image";

    public bool IsAutomatic => false;

    public bool TryOpen([NotNullWhen(true)] out IQuotaBackend? backend, [NotNullWhen(false)] out string? reason)
    {
        reason = !File.Exists("/dev/loop-control") ? "the kernel has no loop devices"
            : !((string[])["/usr/sbin", "/sbin", "/usr/bin"]).Any(static folder => File.Exists(folder + "/mkfs.ext4")) ? "mkfs.ext4 is not installed (e2fsprogs)"
            : null;
        backend = reason is null ? new ImageQuota(paths.Value.ContainersRoot, paths.Value.StateDirectory + "/images") : null;
        return backend is not null;
    }
}
