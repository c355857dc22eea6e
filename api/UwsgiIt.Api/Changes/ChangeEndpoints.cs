using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Changes;

/// <summary>The feed, for customers and for hosts, and receipts.</summary>
internal static class ChangeEndpoints
{
    private const int MaxWaitSeconds = 60;

    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/events", CustomerFeedAsync).WithTags("events").WithMetadata(new Access(Surface.Customer, Scopes.Read)).Produces<string>(StatusCodes.Status200OK, "text/event-stream");
        v1.MapGet("/host/events", HostFeedAsync).WithTags("host").WithMetadata(new Access(Surface.Host)).Produces<string>(StatusCodes.Status200OK, "text/event-stream");
        v1.MapGet("/changes", ListAsync).WithTags("changes").WithMetadata(new Access(Surface.Customer, Scopes.Read)).Produces<Page<ChangeView>>();
        v1.MapGet("/changes/{version:long}", ReceiptAsync).WithTags("changes").WithMetadata(new Access(Surface.Customer, Scopes.Read)).Produces<ReceiptView>();
    }

    private static Task CustomerFeedAsync([FromServices] FeedStream stream, [FromServices] Tenant tenant, HttpContext http, long? after) => stream.RunAsync(http, tenant, static rows => rows.Where(static row => row.Primary), after);

    private static Task HostFeedAsync([FromServices] FeedStream stream, [FromServices] Tenant tenant, [FromServices] Caller caller, HttpContext http, long? after)
    {
        var serverId = caller.ServerId;
        return stream.RunAsync(http, tenant, rows => rows.Where(row => row.ServerId == serverId), after);
    }

    private static async Task<ApiResult> ListAsync([FromServices] ApiContext db, HttpContext http, int? limit, string? after)
    {
        var (from, count) = (Cursor.Read(after), Cursor.Limit(limit));
        var rows = await db.Changes.AsNoTracking().Where(row => row.Primary && row.Version > from).OrderBy(static row => row.Version).Take(count + 1).ToListAsync(http.RequestAborted);
        var more = rows.Count > count;
        var page = more ? rows[..count] : rows;
        return new ApiResult(StatusCodes.Status200OK, new Page<ChangeView> { Items = [.. page.Select(FeedStream.View)], Next = more ? Cursor.Write(page[^1].Version) : null });
    }

    private static async Task<ApiResult> ReceiptAsync([FromServices] Receipts receipts, [FromServices] ReceiptSignal signal, [FromServices] TimeProvider time, HttpContext http, long version, int? wait)
    {
        var until = time.GetTimestamp() + (TextRules.InRange("wait", wait ?? 0, 0, MaxWaitSeconds) * time.TimestampFrequency);
        while (true)
        {
            var next = signal.Next;
            var receipt = await receipts.FindAsync(version, http.RequestAborted) ?? throw Fault.NotFound();
            var left = TimeSpan.FromSeconds((until - time.GetTimestamp()) / (double)time.TimestampFrequency);
            if (receipt.Live || left <= TimeSpan.Zero)
            {
                return new ApiResult(StatusCodes.Status200OK, receipt);
            }

            // Another process may have taken the report: look again now and then.
            await Task.WhenAny(next, Task.Delay(left < FeedStream.PollInterval ? left : FeedStream.PollInterval, time, http.RequestAborted));
        }
    }
}
