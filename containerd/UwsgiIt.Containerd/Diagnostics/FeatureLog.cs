using UwsgiIt.Containerd.Control;

namespace UwsgiIt.Containerd.Diagnostics;

/// <summary>What this host can do for containers, in the log once at start: what is missing is no secret.</summary>
internal sealed partial class FeatureLog(ContainerReports reports, ILogger<FeatureLog> logger)
{
    public void Write()
    {
        var features = reports.Host().Features;
        Log.Found(logger, features.CgroupVersion, features.Quota, features.UserNamespaces, features.Landlock, features.AppArmor);
        foreach (var fault in features.WeakSettings)
        {
            Log.Weak(logger, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.Features, LogLevel.Information, "This host has cgroup version {Version}, quota {Quota}, user namespaces {UserNamespaces}, Landlock {Landlock}, AppArmor {AppArmor}.")]
        public static partial void Found(ILogger logger, int version, string quota, string userNamespaces, int landlock, string appArmor);

        [LoggerMessage(ContainerdEventIds.WeakSetting, LogLevel.Warning, "A setting of this host's kernel is weak for containers: {Fault}.")]
        public static partial void Weak(ILogger logger, string fault);
    }
}
