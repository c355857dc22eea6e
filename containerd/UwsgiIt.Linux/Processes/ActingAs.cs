using System.Runtime.InteropServices;

namespace UwsgiIt.Linux.Processes;

/// <summary>
/// For as long as it is not disposed, files are opened and made by this thread as another user (setfsuid(2)): what that user may not do,
/// we cannot be led to do. Needs CAP_SETUID and CAP_SETGID; without them it throws. Capabilities over files we must not have.
/// </summary>
public readonly ref partial struct ActingAs
{
    private const uint Query = uint.MaxValue;

    private readonly uint _uid;
    private readonly uint _gid;

    private ActingAs(uint uid, uint gid)
    {
        _uid = uid;
        _gid = gid;
    }

    /// <summary>Becomes that user towards the file system.</summary>
    public static ActingAs User(uint uid, uint gid)
    {
        var before = new ActingAs((uint)setfsuid(Query), (uint)setfsgid(Query));
        Change(uid, gid);
        return before;
    }

    /// <summary>Goes back.</summary>
    public void Dispose() => Change(_uid, _gid);

    private static void Change(uint uid, uint gid)
    {
        // Group first and back last does not matter here: neither right depends on the other.
        _ = setfsgid(gid);
        _ = setfsuid(uid);
        if ((uint)setfsgid(Query) != gid || (uint)setfsuid(Query) != uid)
        {
            throw new LinuxException("setfsuid", 1, $"{uid}:{gid}");
        }
    }

    [LibraryImport("libc")]
    private static partial int setfsuid(uint uid);

    [LibraryImport("libc")]
    private static partial int setfsgid(uint gid);
}
