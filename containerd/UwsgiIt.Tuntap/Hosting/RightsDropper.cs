using Microsoft.Extensions.Options;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;
using UwsgiIt.Linux.Processes;
using UwsgiIt.Tuntap.Diagnostics;

namespace UwsgiIt.Tuntap.Hosting;

/// <summary>Lets go of every right: sockets are bound, devices come from the daemon, so none is needed any more.</summary>
internal sealed partial class RightsDropper(IOptions<TuntapOptions> options, ILogger<RightsDropper> logger)
{
    public void Drop()
    {
        if (Environment.IsPrivilegedProcess)
        {
            var uid = (uint)options.Value.RunAs;
            ProcessCredentials.Become(uid, uid);
            Log.Dropped(logger, uid);
        }

        // Not dumpable: nobody of our uid may take a device out of us.
        OwnRights.KeepToOurselves();
        Confine();
    }

    // What a container could make of a fault of ours is our own descriptors' worth, and no program, process or device of the host's.
    private void Confine()
    {
        ThreadCredentials.SetNoNewPrivileges();
        try
        {
            SeccompFilter.InstallForService();
        }
        catch (Exception e) when (e is LinuxException or PlatformNotSupportedException)
        {
            Log.NotConfined(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(TuntapEventIds.RightsDropped, LogLevel.Information, "All rights are dropped; running as uid {Uid}.")]
        public static partial void Dropped(ILogger logger, uint uid);

        [LoggerMessage(TuntapEventIds.NotConfined, LogLevel.Warning, "This kernel does not confine our system calls: {Reason}")]
        public static partial void NotConfined(ILogger logger, string reason);
    }
}
