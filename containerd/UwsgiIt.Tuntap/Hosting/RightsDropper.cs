using Microsoft.Extensions.Options;
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
    }

    private static partial class Log
    {
        [LoggerMessage(TuntapEventIds.RightsDropped, LogLevel.Information, "All rights are dropped; running as uid {Uid}.")]
        public static partial void Dropped(ILogger logger, uint uid);
    }
}
