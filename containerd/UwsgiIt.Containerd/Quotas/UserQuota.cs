using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Quotas;

/// <summary>ext4 or XFS quota by uid, as the platform always had it: a customer cannot give files away, so cannot escape it.</summary>
internal sealed class UserQuota(string containersRoot) : IQuotaBackend, IDisposable
{
    private readonly SafeDirectory _root = SafeDirectory.OpenTrusted(containersRoot);

    public string Name => "user";

    public void Set(uint uid, long bytes, long inodes)
    {
        DiskQuota.Set(_root.Handle, QuotaKind.User, uid, bytes, inodes);
        var found = DiskQuota.Get(_root.Handle, QuotaKind.User, uid);
        if (found.LimitBytes < bytes || found.LimitBytes >= bytes + 4096 || found.LimitInodes != inodes)
        {
            throw new IOException($"quota of uid {uid} was set to {bytes} bytes and {inodes} inodes and says {found.LimitBytes} and {found.LimitInodes}");
        }
    }

    public QuotaUsage? Read(uint uid)
    {
        var found = DiskQuota.Get(_root.Handle, QuotaKind.User, uid);
        return new QuotaUsage(found.Bytes, found.LimitBytes, found.Inodes, found.LimitInodes);
    }

    public void Forget(uint uid) => DiskQuota.Set(_root.Handle, QuotaKind.User, uid, 0, 0);

    public void Dispose() => _root.Dispose();
}
