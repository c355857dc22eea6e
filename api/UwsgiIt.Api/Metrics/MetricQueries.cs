using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Metrics;

/// <summary>Reads series. Callers have checked that the container or domain is theirs.</summary>
internal static class MetricQueries
{
    private const int DaySeconds = 86_400;

    // The original's step; more points a day than this and old clients' graphs break.
    private const int LegacyStep = 300;
    private const int LegacyPointsADay = DaySeconds / LegacyStep;

    /// <summary>A day as the legacy root shows it: as sent and in order of arrival, thinned to one in five minutes when there are more; past days from what is left of them.</summary>
    public static async Task<List<RawPoint>> LegacyDayAsync(ApiContext db, int containerId, int domainId, int metric, long dayStart, CancellationToken cancellationToken)
    {
        var raw = await db.MetricChunks.AsNoTracking().Where(chunk => chunk.Resolution == 0 && chunk.ContainerId == containerId && chunk.DomainId == domainId && chunk.Metric == metric && chunk.Start >= dayStart && chunk.Start < dayStart + DaySeconds).OrderBy(static chunk => chunk.Start).ToListAsync(cancellationToken);
        if (raw.Count == 0)
        {
            var steps = await StepsAsync(db, LegacyStep, containerId, domainId, metric, dayStart, dayStart + DaySeconds, cancellationToken);
            return [.. steps.Select(static point => new RawPoint(point.Unix, point.Last))];
        }

        var points = raw.SelectMany(static chunk => MetricPoints.ReadRaw(chunk.Start, chunk.Data)).ToList();
        return points.Count <= LegacyPointsADay ? points : [.. points.GroupBy(static point => point.Unix / LegacyStep).Select(static group => group.First())];
    }

    /// <summary>Points in [from, to) at the step wanted, from the finest that is kept of each stretch.</summary>
    public static async Task<List<StepPoint>> RangeAsync(ApiContext db, int containerId, int domainId, int metric, long from, long to, int step, CancellationToken cancellationToken)
    {
        var points = new List<StepPoint>();
        foreach (var resolution in Downsampler.Resolutions)
        {
            points.AddRange(await StepsAsync(db, resolution, containerId, domainId, metric, from, to, cancellationToken));
        }

        points.Sort(static (a, b) => a.Unix.CompareTo(b.Unix));
        return step == 0 ? points : MetricPoints.Gather(points, step);
    }

    public static async Task<List<StepPoint>> StepsAsync(ApiContext db, int resolution, int containerId, int domainId, int metric, long from, long to, CancellationToken cancellationToken)
    {
        var first = from - Downsampler.SpanOf(resolution);
        var chunks = await db.MetricChunks.AsNoTracking().Where(chunk => chunk.Resolution == resolution && chunk.ContainerId == containerId && chunk.DomainId == domainId && chunk.Metric == metric && chunk.Start > first && chunk.Start < to).OrderBy(static chunk => chunk.Start).ToListAsync(cancellationToken);
        return [.. chunks.SelectMany(Downsampler.Unpack).Where(point => point.Unix >= from && point.Unix < to)];
    }

    public static Task<List<int>> DomainsHitTodayAsync(ApiContext db, int containerId, long now, CancellationToken cancellationToken)
    {
        var today = now - (now % DaySeconds);
        return db.MetricChunks.Where(chunk => chunk.Resolution == 0 && chunk.ContainerId == containerId && chunk.DomainId != 0 && chunk.Metric == MetricNames.DomainHits && chunk.Start >= today).Select(static chunk => chunk.DomainId).Distinct().ToListAsync(cancellationToken);
    }

    public static Task<List<int>> ContainersHitTodayAsync(ApiContext db, int domainId, long now, CancellationToken cancellationToken)
    {
        var today = now - (now % DaySeconds);
        return db.MetricChunks.Where(chunk => chunk.DomainId == domainId && chunk.Metric == MetricNames.DomainHits && chunk.Resolution == 0 && chunk.Start >= today).Select(static chunk => chunk.ContainerId).Distinct().ToListAsync(cancellationToken);
    }
}
