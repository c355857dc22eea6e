using System.Globalization;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Quotas;

/// <summary>One btrfs subvolume for each home, in a quota group of its uid. btrfs does not bound inodes; they cost bytes that it does.</summary>
internal sealed class BtrfsQuota(SafeDirectory root) : IQuotaBackend, IDisposable
{
    public string Name => "btrfs";

    public void Set(uint uid, long bytes, long inodes)
    {
        var name = uid.ToString(CultureInfo.InvariantCulture);
        BtrfsVolume.TryCreate(root.Handle, name);
        using var home = root.OpenDirectory(name);
        BtrfsVolume.Limit(home.Handle, uid, bytes);
        var (_, found) = BtrfsVolume.Read(root.Handle, uid);
        if (found != bytes)
        {
            throw new IOException($"quota group of uid {uid} was set to {bytes} bytes and says {found}");
        }
    }

    public QuotaUsage? Read(uint uid)
    {
        var (bytes, limit) = BtrfsVolume.Read(root.Handle, uid);
        return new QuotaUsage(bytes, limit, 0, 0);
    }

    public void Forget(uint uid)
    {
        // The group stays with the subvolume that it counts.
    }

    public void Dispose() => root.Dispose();
}
