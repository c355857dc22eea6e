using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;

namespace UwsgiIt.Containerd.Agents;

/// <summary>Brings measurements to the api.</summary>
internal sealed class MetricCourier(MetricSpool spool, IOptions<AgentOptions> options, TimeProvider time, ILogger<MetricCourier> logger) : Courier("measurements", spool.Waiting, options, time, logger)
{
    /// <summary>Looks in one post: a day that was missed is sent in 288.</summary>
    protected override int BatchFiles => 10;

    protected override Task SendAsync(HostClient client, IReadOnlyList<string> files, CancellationToken cancellationToken) =>
        client.PostMetricsAsync(new HostMetrics { Samples = [.. files.SelectMany(static file => MetricSpool.Read(file))] }, cancellationToken);
}
