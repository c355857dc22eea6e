using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Metrics;

/// <summary>Thins what is old: as sent → 5 minutes → hour → day → nothing. A batch is one transaction: points are at one step or the other, never at both or none.</summary>
internal sealed partial class Downsampler(ApiContextFactory factory, IOptions<MetricsOptions> options, TimeProvider time, ILogger<Downsampler> logger) : BackgroundService
{
    private const int BatchChunks = 2000;

    /// <summary>Steps kept, in seconds, finest first; 0 as sent.</summary>
    public static IReadOnlyList<int> Resolutions { get; } = [0, 300, 3600, 86_400];

    /// <summary>Seconds in a chunk.</summary>
    public static int SpanOf(int resolution) => resolution switch { 0 => MetricPoints.RawSpan, 300 => 86_400, 3600 => 30 * 86_400, _ => 360 * 86_400 };

    public static IEnumerable<StepPoint> Unpack(MetricChunk chunk) => chunk.Resolution == 0
        ? MetricPoints.ReadRaw(chunk.Start, chunk.Data).Select(static point => new StepPoint(point.Unix, point.Value, point.Value, point.Value, point.Value))
        : MetricPoints.ReadSteps(chunk.Start, chunk.Data);

    /// <summary>Does all that is due now; returns how many chunks were thinned.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var now = time.GetUtcNow();
        var done = 0;
        foreach (var (resolution, next, retention) in new[] { (0, 300, settings.RawRetention), (300, 3600, settings.FiveMinuteRetention), (3600, 86_400, settings.HourRetention), (86_400, 0, settings.DayRetention) })
        {
            var before = (now - retention).ToUnixTimeSeconds() - SpanOf(resolution);
            int batch;
            while ((batch = await ThinAsync(resolution, next, before, cancellationToken)) > 0)
            {
                done += batch;
            }
        }

        return done;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.DownsampleInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The database may be away for a while; the points wait.
                Log.Failed(logger, e);
            }
        }
    }

    private async Task<int> ThinAsync(int resolution, int next, long before, CancellationToken cancellationToken)
    {
        await using var db = factory.CreateForEveryone();
        await using var transaction = await db.BeginExclusiveAsync(cancellationToken);
        var old = await db.MetricChunks.Where(chunk => chunk.Resolution == resolution && chunk.Start < before).OrderBy(static chunk => chunk.Start).Take(BatchChunks).ToListAsync(cancellationToken);
        db.RemoveRange(old);
        if (next > 0)
        {
            foreach (var group in old.GroupBy(chunk => (chunk.ContainerId, chunk.DomainId, chunk.Metric, Start: chunk.Start - (chunk.Start % SpanOf(next)))))
            {
                await MergeAsync(db, next, group.Key, group.SelectMany(Unpack), cancellationToken);
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        await db.Database.CommitTransactionAsync(CancellationToken.None);
        return old.Count;
    }

    private static async Task MergeAsync(ApiContext db, int resolution, (int ContainerId, int DomainId, int Metric, long Start) key, IEnumerable<StepPoint> points, CancellationToken cancellationToken)
    {
        var chunk = await db.MetricChunks.FindAsync([resolution, key.ContainerId, key.DomainId, key.Metric, key.Start], cancellationToken);
        var merged = MetricPoints.Gather(chunk is null ? points : Unpack(chunk).Concat(points), resolution);
        if (chunk is null)
        {
            db.MetricChunks.Add(chunk = new MetricChunk { Resolution = resolution, ContainerId = key.ContainerId, DomainId = key.DomainId, Metric = key.Metric, Start = key.Start, Data = [] });
        }

        chunk.Data = MetricPoints.WriteSteps(key.Start, merged);
    }

    private static partial class Log
    {
        [LoggerMessage(ApiEventIds.DownsamplingFailed, LogLevel.Error, "Thinning old metrics failed; it is tried again.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
