using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Metrics;

/// <summary><c>metrics/…</c> for customers, <c>private/metrics/…</c> for hosts.</summary>
internal static class LegacyMetricEndpoints
{
    private const int TodaySeconds = 300;
    private const int PastSeconds = 86_400;

    public static void Map(LegacyRoutes routes)
    {
        routes.Customer("metrics/{metric:regex(^container\\.)}/{uid:digits}", SlashRule.Never, ContainerAsync);
        routes.Customer("metrics/{metric:regex(^domain\\.)}/{id:digits}", SlashRule.Never, DomainAsync);
        routes.Map("private/metrics/{metric}/{uid:digits}", SlashRule.Never, Surface.Host, post: StoreAsync);
    }

    private static int MetricOf(LegacyRequest request) => request.Route("metric") is { } name && MetricNames.IsLegacy(name) && MetricNames.TryFind(name, out var number) ? number : throw Fault.NotFound();

    private static async Task<LegacyAnswer> ContainerAsync(LegacyRequest request)
    {
        var (metric, id) = (MetricOf(request), request.ContainerId);
        if (!await request.Db.Containers.AnyAsync(container => container.Id == id, request.Aborted))
        {
            throw Fault.Forbidden();
        }

        var (day, headers) = Day(request);
        return new LegacyAnswer(200, day is { } start ? Points(await MetricQueries.LegacyDayAsync(request.Db, id, 0, metric, start, request.Aborted)) : new JsonArray(), NewlineForCurl: true) { Headers = headers };
    }

    private static async Task<LegacyAnswer> DomainAsync(LegacyRequest request)
    {
        var (metric, id) = (MetricOf(request), request.Id);
        if (!await request.Db.Domains.AnyAsync(domain => domain.Id == id, request.Aborted))
        {
            throw Fault.Forbidden();
        }

        var (day, headers) = Day(request);
        var list = new JsonArray();
        if (day is { } start)
        {
            var containerIds = await request.Db.MetricChunks.Where(chunk => chunk.DomainId == id && chunk.Metric == metric && chunk.Start >= start && chunk.Start < start + PastSeconds).Select(static chunk => chunk.ContainerId).Distinct().OrderBy(static id => id).ToListAsync(request.Aborted);
            foreach (var containerId in containerIds)
            {
                list.Add(new JsonObject { ["container"] = ContainerUid.Of(containerId), ["metrics"] = Points(await MetricQueries.LegacyDayAsync(request.Db, containerId, id, metric, start, request.Aborted)) });
            }
        }

        return new LegacyAnswer(200, list, NewlineForCurl: true) { Headers = headers };
    }

    private static JsonArray Points(List<RawPoint> points) => new([.. points.Select(static point => (JsonNode)new JsonArray(point.Unix, point.Value))]);

    // Each part of the date defaults to today's on its own; dates that never were have no points.
    private static (long? Start, Dictionary<string, string> Headers) Day(LegacyRequest request)
    {
        var now = request.Service<TimeProvider>().GetUtcNow();
        var (year, month, day) = (QueryText.Int(request.Query, "year") ?? now.Year, QueryText.Int(request.Query, "month") ?? now.Month, QueryText.Int(request.Query, "day") ?? now.Day);
        var exists = year is >= 1970 and <= 9998 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
        var date = exists ? new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero) : (DateTimeOffset?)null;
        var seconds = date is { } known && known < now.AddDays(-1) ? PastSeconds : TodaySeconds;
        return (date?.ToUnixTimeSeconds(), new Dictionary<string, string> { ["Expires"] = now.AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture), ["Cache-Control"] = $"max-age={seconds}" });
    }

    private static async Task<LegacyAnswer> StoreAsync(LegacyRequest request)
    {
        var name = request.Route("metric")!;
        var (metric, id) = (MetricOf(request), request.ContainerId);
        var serverId = request.Caller.ServerId;
        var customerId = await request.Db.Containers.Where(container => container.Id == id && container.ServerId == serverId).Select(static container => (int?)container.CustomerId).FirstOrDefaultAsync(request.Aborted) ?? throw Fault.Forbidden(LegacyErrors.PlainForbidden);
        var body = (await request.BodyAsync()).AsObject();
        if (!body.HasAll("unix", "value") || body.IsNull("unix") || body.IsNull("value"))
        {
            throw Fault.BadRequest("unix and value are needed");
        }

        var (unix, value) = (body.Long("unix")!.Value, body.Long("value")!.Value);
        if (unix is < 0 or > 253_402_300_799)
        {
            throw Fault.Invalid("unix", "is out of range");
        }

        var domainId = 0;
        if (MetricNames.IsOfDomains(name))
        {
            var domain = DomainName.TryNormalize(body.Text("domain"), out var normal) ? normal : throw Fault.Forbidden(LegacyErrors.PlainForbidden);
            domainId = await request.Db.Domains.Where(row => row.Name == domain && row.CustomerId == customerId).Select(static row => (int?)row.Id).FirstOrDefaultAsync(request.Aborted) ?? throw Fault.Forbidden(LegacyErrors.PlainForbidden);
        }

        await request.Service<MetricIntake>().StoreAsync([new MetricSample(id, domainId, metric, unix, value)], request.Aborted);
        return LegacyAnswer.Plain("Created\n", 201);
    }
}
