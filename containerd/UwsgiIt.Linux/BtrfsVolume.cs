using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>
/// Subvolumes and quota groups of a btrfs file system (btrfs(5), linux/btrfs.h). Simple quotas (Linux 6.7) count by who made an extent: a customer's
/// own subvolumes and snapshots are counted with the rest.
/// </summary>
public static unsafe class BtrfsVolume
{
    internal const int BTRFS_IOC_SUBVOL_CREATE = 0x5000940E;
    internal const int BTRFS_IOC_QUOTA_CTL = unchecked((int)0xC0109428);
    internal const int BTRFS_IOC_QGROUP_ASSIGN = 0x40189429;
    internal const int BTRFS_IOC_QGROUP_CREATE = 0x4010942A;
    internal const int BTRFS_IOC_QGROUP_LIMIT = unchecked((int)0x8030942B);
    internal const int BTRFS_IOC_FS_INFO = unchecked((int)0x8400941F);
    internal const int BTRFS_IOC_GET_SUBVOL_INFO = unchecked((int)0x81F8943C);
    internal const int BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA = 4;
    private const int NameOffset = 8;
    private const int MaxName = 255;

    /// <summary>The quota group of a uid: level 1.</summary>
    public static ulong GroupOf(uint uid) => (1ul << 48) | uid;

    /// <summary>Makes an empty subvolume; false when something of that name exists.</summary>
    public static bool TryCreate(SafeFileHandle parent, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var arguments = new byte[4096];
        var text = Encoding.UTF8.GetBytes(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, MaxName);
        text.CopyTo(arguments, NameOffset);
        fixed (byte* pointer = arguments)
        {
            var errno = Control(parent, BTRFS_IOC_SUBVOL_CREATE, pointer);
            return errno == 0 || (errno == EEXIST ? false : throw new LinuxException("ioctl", errno, $"BTRFS_IOC_SUBVOL_CREATE {name}"));
        }
    }

    /// <summary>Turns simple quotas on; nothing where they are.</summary>
    public static void EnableSimpleQuota(SafeFileHandle root)
    {
        var arguments = stackalloc ulong[2] { BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA, 0 };
        Throw(Control(root, BTRFS_IOC_QUOTA_CTL, arguments), "BTRFS_IOC_QUOTA_CTL", EEXIST);
    }

    /// <summary>Makes the uid's group, puts the subvolume in, and sets its limit in bytes; again and again with the same effect.</summary>
    public static void Limit(SafeFileHandle subvolume, uint uid, long bytes)
    {
        var create = stackalloc ulong[2] { 1, GroupOf(uid) };
        Throw(Control(subvolume, BTRFS_IOC_QGROUP_CREATE, create), "BTRFS_IOC_QGROUP_CREATE", EEXIST);
        var assign = stackalloc ulong[3] { 1, SubvolumeId(subvolume), GroupOf(uid) };
        Throw(Control(subvolume, BTRFS_IOC_QGROUP_ASSIGN, assign), "BTRFS_IOC_QGROUP_ASSIGN", EEXIST);

        // qgroupid, flags (1: max_rfer), max_rfer, max_excl, and two reservations.
        var limit = stackalloc ulong[6] { GroupOf(uid), 1, (ulong)bytes, 0, 0, 0 };
        Throw(Control(subvolume, BTRFS_IOC_QGROUP_LIMIT, limit), "BTRFS_IOC_QGROUP_LIMIT", 0);
    }

    /// <summary>Bytes used and allowed of the uid's group.</summary>
    public static (long Bytes, long Limit) Read(SafeFileHandle root, uint uid)
    {
        var group = $"/sys/fs/btrfs/{FileSystemId(root)}/qgroups/1_{uid}";
        return (ReadNumber(group + "/referenced"), ReadNumber(group + "/max_referenced"));
    }

    private static long ReadNumber(string file) => long.Parse(File.ReadAllText(file), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    private static ulong SubvolumeId(SafeFileHandle subvolume)
    {
        var info = new byte[504];
        fixed (byte* pointer = info)
        {
            Throw(Control(subvolume, BTRFS_IOC_GET_SUBVOL_INFO, pointer), "BTRFS_IOC_GET_SUBVOL_INFO", 0);
        }

        return BitConverter.ToUInt64(info);
    }

    private static string FileSystemId(SafeFileHandle root)
    {
        var info = new byte[1024];
        fixed (byte* pointer = info)
        {
            Throw(Control(root, BTRFS_IOC_FS_INFO, pointer), "BTRFS_IOC_FS_INFO", 0);
        }

        return new Guid(info.AsSpan(16, 16), bigEndian: true).ToString("D", CultureInfo.InvariantCulture);
    }

    private static int Control(SafeFileHandle handle, int request, void* argument)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return ioctl((int)handle.DangerousGetHandle(), request, argument) < 0 ? LibC.errno : 0;
    }

    private static void Throw(int errno, string call, int harmless)
    {
        if (errno != 0 && errno != harmless)
        {
            throw new LinuxException("ioctl", errno, call);
        }
    }
}
