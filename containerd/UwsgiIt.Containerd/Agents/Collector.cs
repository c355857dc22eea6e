using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Control;

namespace UwsgiIt.Containerd.Agents;

/// <summary>Measures what containers use, at a fixed pace whatever the api does, into a spool.</summary>
internal sealed partial class Collector(ContainerRegistry registry, ContainerReports reports, MetricSpool spool, IOptions<AgentOptions> agent, IOptions<CollectorOptions> options, TimeProvider time, ILogger<Collector> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (agent.Value.Api is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.Interval, time);
        do
        {
            try
            {
                spool.Add(Measure());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk must not end the measuring for good.
                Log.NotMeasured(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private List<HostMetric> Measure()
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var samples = new List<HostMetric>();
        foreach (var container in registry.All)
        {
            if (reports.Of(container).Usage is { } usage)
            {
                samples.AddRange(Of(usage)
                    .Where(static metric => metric.Value is not null)
                    .Select(metric => new HostMetric { Container = (int)container.Uid, Metric = metric.Name, Unix = now, Value = metric.Value!.Value }));
            }
        }

        return samples;
    }

    private static (string Name, long? Value)[] Of(ContainerUsage usage) =>
    [
        ("container.cpu", usage.CpuNanoseconds),
        ("container.io.read", usage.IoReadBytes),
        ("container.io.write", usage.IoWriteBytes),
        ("container.net.rx", usage.NetworkReceivedBytes),
        ("container.net.tx", usage.NetworkSentBytes),
        ("container.mem", usage.Memory),
        ("container.mem.rss", usage.Rss),
        ("container.mem.cache", usage.Cache),
        ("container.quota", usage.Disk),
        ("container.inodes", usage.Inodes),
        ("container.pids", usage.Pids),
        ("container.oom", usage.OomKills),
    ];

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.NotMeasured, LogLevel.Warning, "Measurements were not written: {Reason}")]
        public static partial void NotMeasured(ILogger logger, string reason);
    }
}
