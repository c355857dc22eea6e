using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Emperor.Setup;

/// <summary>Standard streams of pid 1: nothing in, the container's own log out; none of the host's stays open.</summary>
internal static class StandardStreams
{
    /// <summary>As root: a log that is not a plain file of the customer's, a link for example, is replaced.</summary>
    public static void MakeLog(StartDescription description, SafeDirectory home)
    {
        using var logs = home.OpenDirectory("logs");
        MakeLog(logs, description.Uid).Dispose();
    }

    /// <summary>As the customer, in the container's root.</summary>
    public static void Redirect(string home, uint uid)
    {
        using var directory = SafeDirectory.OpenTrusted(home);
        using var logs = directory.OpenDirectory("logs");
        using var log = MakeLog(logs, uid);
        using var devices = SafeDirectory.OpenTrusted("/dev");
        using var nothing = devices.OpenCharacterDevice("null");
        Duplicate((int)nothing.DangerousGetHandle(), 0);
        Duplicate((int)log.DangerousGetHandle(), 1);
        Duplicate((int)log.DangerousGetHandle(), 2);
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle MakeLog(SafeDirectory logs, uint uid)
    {
        try
        {
            var log = logs.OpenAppend("emperor.log", 0x1A0);
            if (SafePath.Stat(log).UserId == uid)
            {
                return log;
            }

            log.Dispose();
        }
        catch (LinuxException)
        {
            // Replaced below.
        }

        logs.WriteFile("emperor.log", [], uid, uid, 0x1A0);
        return logs.OpenAppend("emperor.log", 0x1A0);
    }

    private static void Duplicate(int from, int to)
    {
        if (dup2(from, to) < 0)
        {
            throw new LinuxException("dup2", errno, $"descriptor {to}");
        }
    }
}
