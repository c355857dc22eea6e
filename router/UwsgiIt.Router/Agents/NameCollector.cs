using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Agents;

/// <summary>Tells the api what each name had, by container: requests, bytes, status classes, latencies. Counts only grow: a look that is lost while the api is away costs its resolution, not its counts.</summary>
internal sealed partial class NameCollector(SubscriptionRegistry registry, IOptions<AgentOptions> options, TimeProvider time, ILogger<NameCollector> logger) : BackgroundService
{
    // The api's bound of a post is 100,000.
    private const int MaxSamples = 50_000;

    private readonly NameCounts _counts = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        if (settings.Api is null)
        {
            return;
        }

        var address = settings.Connection;
        using var timer = new PeriodicTimer(settings.MetricsInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SendAsync(address, stoppingToken);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or CryptographicException or UnauthorizedAccessException || (e is OperationCanceledException && !stoppingToken.IsCancellationRequested))
            {
                // The dominator says that the api is away.
                Log.NotTold(logger, e.Message);
            }
        }
    }

    private async Task SendAsync(HostClientOptions address, CancellationToken cancellationToken)
    {
        var counts = _counts.Look(registry.Slots);
        if (counts.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        using var client = new HostClient(address);
        foreach (var part in counts.Chunk(MaxSamples))
        {
            await client.PostMetricsAsync(new HostMetrics { Samples = [.. part.Select(count => new HostMetric { Metric = NameMetrics.Names[count.Metric], Container = (int)count.Uid, Domain = count.Name, Unix = now, Value = count.Value })] }, cancellationToken);
        }

        _counts.Sent();
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.AgentHitsNotTold, LogLevel.Debug, "Counts of requests were not told to the api: {Problem}")]
        public static partial void NotTold(ILogger logger, string problem);
    }
}
