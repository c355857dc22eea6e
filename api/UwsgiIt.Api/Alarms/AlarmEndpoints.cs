using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Alarms;

/// <summary>Alarms on the modern root: newest first.</summary>
internal static class AlarmEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var group = v1.MapGroup("/alarms").WithTags("alarms");
        group.MapGet("", ListAsync).WithMetadata(new Access(Surface.Customer, Scopes.Containers)).Produces<Page<AlarmView>>();
        group.MapGet("/{id:long}", GetAsync).WithMetadata(new Access(Surface.Customer, Scopes.Containers)).Produces<AlarmView>();
        group.MapDelete("/{id:long}", DeleteAsync).WithMetadata(new Access(Surface.Customer, Scopes.Containers)).AddEndpointFilter<WriteFilter>().Produces(StatusCodes.Status204NoContent);
        group.MapPost("", RaiseAsync).WithMetadata(new Access(Surface.Customer, Scopes.AlarmsWrite | Scopes.Containers)).AddEndpointFilter<WriteFilter>().Produces<AlarmView>(StatusCodes.Status201Created);
    }

    private static async Task<ApiResult> ListAsync([FromServices] ApiContext db, HttpContext http, int? container, int? level, int? limit, string? after)
    {
        var count = Cursor.Limit(limit);
        var before = Cursor.Read(after) is > 0 and var id ? id : long.MaxValue;
        var containerId = container is { } uid ? ContainerUid.RowOf(uid) : (int?)null;
        var rows = await db.Alarms.AsNoTracking().Where(row => row.Id < before && (containerId == null || row.ContainerId == containerId) && (level == null || row.Level == level)).OrderByDescending(static row => row.Id).Take(count + 1).ToListAsync(http.RequestAborted);
        var more = rows.Count > count;
        var page = more ? rows[..count] : rows;
        return new ApiResult(StatusCodes.Status200OK, new Page<AlarmView> { Items = [.. page.Select(View)], Next = more ? Cursor.Write(page[^1].Id) : null });
    }

    private static async Task<ApiResult> GetAsync([FromServices] ApiContext db, HttpContext http, long id) => new(StatusCodes.Status200OK, View(await FindAsync(db, id, http)));

    private static async Task<ApiResult> DeleteAsync([FromServices] ApiContext db, HttpContext http, long id)
    {
        db.Remove(await FindAsync(db, id, http));
        return new ApiResult(StatusCodes.Status204NoContent);
    }

    private static async Task<ApiResult> RaiseAsync([FromServices] ApiContext db, [FromServices] AlarmStore store, [FromServices] TimeProvider time, HttpContext http, [FromBody] AlarmRaise body)
    {
        var containerId = ContainerUid.RowOf(body.Container);
        if (!await db.Containers.AnyAsync(container => container.Id == containerId, http.RequestAborted))
        {
            throw Fault.Invalid("container", "is unknown");
        }

        if (body.Level < 1)
        {
            throw Fault.Invalid("level", "below 1 is the system's");
        }

        var row = await store.RaiseAsync(
            new Alarm { ContainerId = containerId, Message = body.Msg, Unix = body.Unix ?? time.GetUtcNow().ToUnixTimeSeconds(), Level = body.Level ?? 1, Color = body.Color ?? "#ffffff", Class = body.Class, Vassal = body.Vassal, Line = body.Line, Func = body.Func, Filename = body.Filename }, http.RequestAborted);
        return new ApiResult(StatusCodes.Status201Created, View(row)) { Location = $"/v1/alarms/{row.Id}" };
    }

    private static async Task<Alarm> FindAsync(ApiContext db, long id, HttpContext http) => await db.Alarms.FirstOrDefaultAsync(row => row.Id == id, http.RequestAborted) ?? throw Fault.NotFound();

    private static AlarmView View(Alarm row) => new()
    {
        Id = row.Id,
        Container = ContainerUid.Of(row.ContainerId),
        Unix = row.Unix,
        Level = row.Level,
        Color = row.Color,
        Msg = row.Message,
        Class = row.Class,
        Vassal = row.Vassal,
        Line = row.Line,
        Func = row.Func,
        Filename = row.Filename,
    };
}
