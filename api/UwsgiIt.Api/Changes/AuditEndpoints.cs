using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Changes;

/// <summary>The audit log, oldest first; customers see their own.</summary>
internal static class AuditEndpoints
{
    public static void Map(RouteGroupBuilder v1) =>
        v1.MapGet("/audit", ListAsync).WithTags("audit").WithMetadata(new Access(Surface.Customer, Scopes.Account)).Produces<Page<AuditView>>();

    private static async Task<ApiResult> ListAsync([FromServices] ApiContext db, HttpContext http, string? kind, long? @object, int? limit, string? after)
    {
        var (from, count) = (Cursor.Read(after), Cursor.Limit(limit));
        var rows = await db.AuditEntries.AsNoTracking().Where(row => row.Id > from && (kind == null || row.Kind == kind) && (@object == null || row.ObjectId == @object)).OrderBy(static row => row.Id).Take(count + 1).ToListAsync(http.RequestAborted);
        var more = rows.Count > count;
        var page = more ? rows[..count] : rows;
        return new ApiResult(StatusCodes.Status200OK, new Page<AuditView>
        {
            Items = [.. page.Select(static row => new AuditView { Id = row.Id, Unix = row.Unix, Actor = row.Actor, Address = row.Address, Call = row.Call, Kind = row.Kind, Object = row.ObjectId, Action = row.Action, Before = row.Before, After = row.After, RequestId = row.RequestId, Version = row.Version })],
            Next = more ? Cursor.Write(page[^1].Id) : null,
        });
    }
}
