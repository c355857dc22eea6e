using System.Globalization;
using System.Text;

namespace UwsgiIt.Containerd.Control;

/// <summary>The reports in Prometheus' text format. Labels are a container's uid, of which a host has hundreds and not millions, and a vassal's state.</summary>
internal static class MetricsText
{
    private static readonly (string Name, string Type, string Help, Func<ContainerReport, double?> Value)[] Metrics =
    [
        ("uwsgiit_container_up", "gauge", "1 while pid 1 lives.", static container => container.Phase == "running" ? 1 : 0),
        ("uwsgiit_container_starts_total", "counter", "Starts by this daemon.", static container => container.Starts),
        ("uwsgiit_container_uptime_seconds", "gauge", "Seconds since the start.", static container => container.Uptime),
        ("uwsgiit_container_memory_bytes", "gauge", "Memory charged to the container.", static container => container.Usage?.Memory),
        ("uwsgiit_container_memory_limit_bytes", "gauge", "Its memory limit.", static container => container.Usage?.MemoryLimit),
        ("uwsgiit_container_memory_rss_bytes", "gauge", "Anonymous memory.", static container => container.Usage?.Rss),
        ("uwsgiit_container_memory_cache_bytes", "gauge", "File cache.", static container => container.Usage?.Cache),
        ("uwsgiit_container_oom_kills_total", "counter", "Processes killed for want of memory.", static container => container.Usage?.OomKills),
        ("uwsgiit_container_cpu_seconds_total", "counter", "Processor time.", static container => container.Usage?.CpuNanoseconds / 1e9),
        ("uwsgiit_container_io_read_bytes_total", "counter", "Read from disks.", static container => container.Usage?.IoReadBytes),
        ("uwsgiit_container_io_write_bytes_total", "counter", "Written to disks.", static container => container.Usage?.IoWriteBytes),
        ("uwsgiit_container_network_receive_bytes_total", "counter", "Received over its network device.", static container => container.Usage?.NetworkReceivedBytes),
        ("uwsgiit_container_network_transmit_bytes_total", "counter", "Sent over its network device.", static container => container.Usage?.NetworkSentBytes),
        ("uwsgiit_container_pids", "gauge", "Processes and threads.", static container => container.Usage?.Pids),
        ("uwsgiit_container_disk_bytes", "gauge", "Disk space used.", static container => container.Usage?.Disk),
        ("uwsgiit_container_disk_limit_bytes", "gauge", "Disk space allowed.", static container => container.Usage?.DiskLimit),
        ("uwsgiit_container_inodes", "gauge", "Files and directories.", static container => container.Usage?.Inodes),
        ("uwsgiit_container_inodes_limit", "gauge", "Files and directories allowed.", static container => container.Usage?.InodesLimit),
    ];

    public static string Of(HostReport report)
    {
        var text = new StringBuilder();
        foreach (var (name, type, help, value) in Metrics)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
            foreach (var container in report.Containers)
            {
                if (value(container) is { } number)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{{uid=\"{container.Uid}\"}} {number}\n");
                }
            }
        }

        text.Append("# HELP uwsgiit_container_vassals Vassals by state.\n# TYPE uwsgiit_container_vassals gauge\n");
        foreach (var container in report.Containers)
        {
            foreach (var state in container.Vassals.Values.CountBy(static state => state).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"uwsgiit_container_vassals{{uid=\"{container.Uid}\",state=\"{state.Key}\"}} {state.Value}\n");
            }
        }

        return text.Append(CultureInfo.InvariantCulture, $"# HELP uwsgiit_definition_faults Definition files that are not taken.\n# TYPE uwsgiit_definition_faults gauge\nuwsgiit_definition_faults {report.Faults.Count}\n").ToString();
    }
}
