using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Agents;

/// <summary>Tells the api how many requests each name had, by container. Counts only grow: a look that is lost while the api is away costs its resolution, not its requests.</summary>
internal sealed partial class HitCollector(SubscriptionRegistry registry, IOptions<AgentOptions> options, TimeProvider time, ILogger<HitCollector> logger) : BackgroundService
{
    // The api's bound of a post is 100,000.
    private const int MaxSamples = 50_000;

    private readonly HitCounts _counts = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        if (settings.Api is null)
        {
            return;
        }

        var address = new HostClientOptions { Api = new Uri(settings.Api), Socket = settings.Socket, Certificate = settings.Certificate, Key = settings.Key, Authority = settings.Authority };
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
        var hits = _counts.Look(registry.Slots);
        if (hits.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        using var client = new HostClient(address);
        foreach (var part in hits.Chunk(MaxSamples))
        {
            await client.PostMetricsAsync(new HostMetrics { Samples = [.. part.Select(hit => new HostMetric { Metric = "domain.hits", Container = (int)hit.Uid, Domain = hit.Name, Unix = now, Value = hit.Hits })] }, cancellationToken);
        }

        _counts.Sent();
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.AgentHitsNotTold, LogLevel.Debug, "Counts of requests were not told to the api: {Problem}")]
        public static partial void NotTold(ILogger logger, string problem);
    }
}
