namespace UwsgiIt.Linux;

/// <summary>What stat(2) says of an open file: taken from the descriptor, so it cannot be swapped under us.</summary>
/// <param name="Mode">File type and permission bits, as st_mode.</param>
/// <param name="UserId">Owner.</param>
/// <param name="GroupId">Owning group.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Inode">Inode number within <paramref name="Device"/>.</param>
/// <param name="Device">Device number.</param>
/// <param name="Links">Names the file has (st_nlink).</param>
/// <param name="ModifiedNanoseconds">Last modification, nanoseconds since 1970.</param>
public readonly record struct FileFacts(uint Mode, uint UserId, uint GroupId, long Size, ulong Inode, ulong Device, ulong Links, long ModifiedNanoseconds)
{
    private const uint TypeMask = 0xF000;

    /// <summary>A unix socket (S_IFSOCK).</summary>
    public bool IsSocket => (Mode & TypeMask) == 0xC000;

    /// <summary>A regular file (S_IFREG).</summary>
    public bool IsRegularFile => (Mode & TypeMask) == 0x8000;

    /// <summary>A symbolic link (S_IFLNK).</summary>
    public bool IsSymbolicLink => (Mode & TypeMask) == 0xA000;

    /// <summary>A pipe or fifo (S_IFIFO).</summary>
    public bool IsPipe => (Mode & TypeMask) == 0x1000;

    /// <summary>A directory (S_IFDIR).</summary>
    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    /// <summary>True when the permission bits let <paramref name="userId"/> with primary group <paramref name="groupId"/> read it.</summary>
    public bool IsReadableBy(uint userId, uint groupId) =>
        userId == UserId ? (Mode & 0x100) != 0
        : groupId == GroupId ? (Mode & 0x20) != 0
        : (Mode & 0x4) != 0;
}
