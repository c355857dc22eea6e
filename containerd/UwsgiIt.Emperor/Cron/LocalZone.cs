using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Cron;

/// <summary>The container's time zone, /etc/localtime.</summary>
internal static class LocalZone
{
    private const string File = "/etc/localtime";

    /// <summary>UTC when the file is no regular one: the distro may be a customer's, and reading a fifo would stop pid 1.</summary>
    public static TimeZoneInfo Get() => CustomerFile.TryStat(File, followLinks: true, out var facts) && facts.IsRegularFile ? TimeZoneInfo.Local : TimeZoneInfo.Utc;
}
