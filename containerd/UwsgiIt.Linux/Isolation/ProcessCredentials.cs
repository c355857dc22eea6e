using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Isolation;

/// <summary>Credentials of the whole process: the C library changes every thread it knows (nptl(7)).</summary>
public static unsafe class ProcessCredentials
{
    /// <summary>Real, effective and saved uid and gid, no supplementary groups. Throws <see cref="LinuxException"/>.</summary>
    public static void Become(uint userId, uint groupId)
    {
        var subject = $"uid {userId}";
        if (setgroups(0, null) != 0)
        {
            throw new LinuxException("setgroups", LibC.errno, subject);
        }

        if (setresgid(groupId, groupId, groupId) != 0)
        {
            throw new LinuxException("setresgid", LibC.errno, subject);
        }

        if (setresuid(userId, userId, userId) != 0)
        {
            throw new LinuxException("setresuid", LibC.errno, subject);
        }
    }
}
