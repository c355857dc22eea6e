using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Metrics;

/// <summary>Series on the modern root: a range, a step, one series per container.</summary>
internal static class MetricEndpoints
{
    // Beyond that a step is asked for; arbitrary.
    private const int MaxPoints = 20_000;
    private const int MaxSubjects = 100;
    private const int DaySeconds = 86_400;

    public static void Map(RouteGroupBuilder v1) =>
        v1.MapGet("/metrics/{metric}", QueryAsync).WithTags("metrics").WithMetadata(new Access(Surface.Customer, Scopes.Containers | Scopes.Domains)).Produces<IReadOnlyList<MetricSeriesView>>();

    private static async Task<ApiResult> QueryAsync([FromServices] ApiContext db, [FromServices] TimeProvider time, HttpContext http, string metric, string? container, int? domain, long? from, long? to, int? step)
    {
        if (!MetricNames.TryFind(metric, out var number))
        {
            throw Fault.NotFound();
        }

        var (end, begin) = (to ?? time.GetUtcNow().ToUnixTimeSeconds() + 1, from ?? ((to ?? time.GetUtcNow().ToUnixTimeSeconds() + 1) - DaySeconds));
        var width = TextRules.InRange("step", step ?? 0, 0, 366 * DaySeconds);
        if (begin < 0 || end <= begin || end > 253_402_300_799)
        {
            throw Fault.Invalid("from", "is not before to");
        }

        if ((end - begin) / Math.Max(width, 30) > MaxPoints)
        {
            throw Fault.Invalid("step", $"gives more than {MaxPoints} points a series");
        }

        var subjects = await SubjectsAsync(db, metric, number, container, domain, begin, end, http.RequestAborted);
        var series = new List<MetricSeriesView>();
        foreach (var containerId in subjects)
        {
            var points = await MetricQueries.RangeAsync(db, containerId, domain ?? 0, number, begin, end, width, http.RequestAborted);
            series.Add(new MetricSeriesView { Metric = metric, Container = ContainerUid.Of(containerId), Domain = domain, Step = width, Points = [.. points.Select(point => View(point, width))] });
        }

        return new ApiResult(StatusCodes.Status200OK, series);
    }

    private static MetricPoint View(StepPoint point, int step) => step == 0
        ? new MetricPoint { Unix = point.Unix, Value = point.Last }
        : new MetricPoint { Unix = point.Unix, Value = point.Last, Min = point.Min, Max = point.Max, Avg = point.Average };

    private static async Task<List<int>> SubjectsAsync(ApiContext db, string metric, int number, string? container, int? domain, long from, long to, CancellationToken cancellationToken)
    {
        if (MetricNames.IsOfDomains(metric))
        {
            var domainId = domain ?? throw Fault.Invalid("domain", "is needed");
            if (!await db.Domains.AnyAsync(row => row.Id == domainId, cancellationToken))
            {
                throw Fault.NotFound();
            }

            return await db.MetricChunks.Where(chunk => chunk.DomainId == domainId && chunk.Metric == number && chunk.Start >= from - (360 * DaySeconds) && chunk.Start < to).Select(static chunk => chunk.ContainerId).Distinct().OrderBy(static id => id).Take(MaxSubjects).ToListAsync(cancellationToken);
        }

        var ids = (container ?? throw Fault.Invalid("container", "is needed: one uid, or several separated by commas")).Split(',').Select(static text => Legacy.LegacyUid.TryRead(text, out var id) ? id : throw Fault.NotFound()).Distinct().ToList();
        return ids.Count <= MaxSubjects && await db.Containers.CountAsync(row => ids.Contains(row.Id), cancellationToken) == ids.Count ? ids : throw Fault.NotFound();
    }
}
