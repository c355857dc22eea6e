using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Quotas;

/// <summary>Tries to read the quota of root: the kernel answers only where user quota is on.</summary>
internal sealed class UserQuotaProbe(IOptions<PathOptions> paths) : IQuotaProbe
{
    public string Name => "user";

    public bool IsAutomatic => true;

    public bool TryOpen([NotNullWhen(true)] out IQuotaBackend? backend, [NotNullWhen(false)] out string? reason)
    {
        var quota = new UserQuota(paths.Value.ContainersRoot);
        try
        {
            _ = quota.Read(0);
            (backend, reason) = (quota, null);
            return true;
        }
        catch (LinuxException e)
        {
            quota.Dispose();
            (backend, reason) = (null, e.Message);
            return false;
        }
    }
}
