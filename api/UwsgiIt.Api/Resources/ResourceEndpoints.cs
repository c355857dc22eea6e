using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Resources;

/// <summary>The verbs every kind of object of the modern root has.</summary>
internal static class ResourceEndpoints
{
    public static void MapResource<TStore, TRow, TView, TCreate, TPatch>(this IEndpointRouteBuilder v1, string path, ResourceAccess access)
        where TStore : Store<TRow, TView, TCreate, TPatch>
        where TRow : TrackedRow
        where TView : class
        where TCreate : class
        where TPatch : class
    {
        var group = v1.MapGroup(path).WithTags(path.Trim('/'));
        group.MapGet("", ListAsync<TStore, TRow, TView, TCreate, TPatch>).WithMetadata(access.ForRead).Produces<Page<TView>>();
        group.MapGet("/{id:int}", GetAsync<TStore, TRow, TView, TCreate, TPatch>).WithMetadata(access.ForRead).Produces<TView>();
        if (access.CanCreate)
        {
            group.MapPost("", CreateAsync<TStore, TRow, TView, TCreate, TPatch>).WithMetadata(access.ForCreate).AddEndpointFilter(PrepareCreateAsync<TStore, TRow, TView, TCreate, TPatch>).AddEndpointFilter<WriteFilter>().Produces<TView>(StatusCodes.Status201Created);
        }

        if (access.CanPatch)
        {
            group.MapPatch("/{id:int}", PatchAsync<TStore, TRow, TView, TCreate, TPatch>).WithMetadata(access.ForChange).AddEndpointFilter(PreparePatchAsync<TStore, TRow, TView, TCreate, TPatch>).AddEndpointFilter<WriteFilter>().Produces<TView>();
        }

        if (access.CanDelete)
        {
            group.MapDelete("/{id:int}", DeleteAsync<TStore, TRow, TView, TCreate, TPatch>).WithMetadata(access.ForCreate).AddEndpointFilter<WriteFilter>().Produces(StatusCodes.Status204NoContent);
        }
    }

    private static async Task<ApiResult> ListAsync<TStore, TRow, TView, TCreate, TPatch>([FromServices] TStore store, HttpContext http, int? limit, string? after)
        where TStore : Store<TRow, TView, TCreate, TPatch>
        where TRow : TrackedRow
    {
        var (from, count) = (Cursor.Read(after), Cursor.Limit(limit));
        var rows = await store.Filter(store.Rows.AsNoTracking(), http.Request.Query).Where(row => row.Id > from).OrderBy(static row => row.Id).Take(count + 1).ToListAsync(http.RequestAborted);
        var more = rows.Count > count;
        var page = more ? rows[..count] : rows;
        return new ApiResult(StatusCodes.Status200OK, new Page<TView> { Items = await store.ViewsAsync(page, http.RequestAborted), Next = more ? Cursor.Write(page[^1].Id) : null });
    }

    private static async Task<IResult> GetAsync<TStore, TRow, TView, TCreate, TPatch>([FromServices] TStore store, HttpContext http, int id)
        where TStore : Store<TRow, TView, TCreate, TPatch>
        where TRow : TrackedRow
        where TView : class
    {
        var row = await FindAsync<TStore, TRow, TView, TCreate, TPatch>(store, id, http);
        var tag = ETags.Of(row);
        return ETags.IsUnchanged(http.Request, tag) ? new ApiResult(StatusCodes.Status304NotModified) { ETag = tag } : await AnswerAsync<TStore, TRow, TView, TCreate, TPatch>(store, row, StatusCodes.Status200OK, http);
    }

    private static async ValueTask<object?> PrepareCreateAsync<TStore, TRow, TView, TCreate, TPatch>(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        where TStore : Store<TRow, TView, TCreate, TPatch>
        where TRow : TrackedRow
        where TCreate : class
    {
        if (context.Arguments.OfType<TCreate>().FirstOrDefault() is { } body)
        {
            await context.HttpContext.RequestServices.GetRequiredService<TStore>().PrepareAsync(body, context.HttpContext.RequestAborted);
        }

        return await next(context);
    }

    private static async ValueTask<object?> PreparePatchAsync<TStore, TRow, TView, TCreate, TPatch>(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        where TStore : Store<TRow, TView, TCreate, TPatch>
        where TRow : TrackedRow
        where TPatch : class
    {
        if (context.Arguments.OfType<TPatch>().FirstOrDefault() is { } body)
        {
            await context.HttpContext.RequestServices.GetRequiredService<TStore>().PrepareAsync(body, context.HttpContext.RequestAborted);
        }

        return await next(context);
    }

    internal static async Task<ApiResult> CreateAsync<TStore, TRow, TView, TCreate, TPatch>([FromServices] TStore store, HttpContext http, [FromBody] TCreate body)
        where TStore : Store<TRow, TView, TCreate, TPatch>
        where TRow : TrackedRow
        where TView : class
    {
        var row = await store.CreateAsync(body, http.RequestAborted);
        return await AnswerAsync<TStore, TRow, TView, TCreate, TPatch>(store, row, StatusCodes.Status201Created, http);
    }

    private static async Task<ApiResult> PatchAsync<TStore, TRow, TView, TCreate, TPatch>([FromServices] TStore store, HttpContext http, int id, [FromBody] TPatch body)
        where TStore : Store<TRow, TView, TCreate, TPatch>
        where TRow : TrackedRow
        where TView : class
    {
        var row = await FindAsync<TStore, TRow, TView, TCreate, TPatch>(store, id, http);
        ETags.Check(http.Request, row);
        await store.UpdateAsync(row, body, http.RequestAborted);
        return await AnswerAsync<TStore, TRow, TView, TCreate, TPatch>(store, row, StatusCodes.Status200OK, http);
    }

    private static async Task<ApiResult> DeleteAsync<TStore, TRow, TView, TCreate, TPatch>([FromServices] TStore store, HttpContext http, int id)
        where TStore : Store<TRow, TView, TCreate, TPatch>
        where TRow : TrackedRow
    {
        var row = await FindAsync<TStore, TRow, TView, TCreate, TPatch>(store, id, http);
        ETags.Check(http.Request, row);
        await store.DeleteAsync(row, http.RequestAborted);
        return new ApiResult(StatusCodes.Status204NoContent);
    }

    private static async Task<TRow> FindAsync<TStore, TRow, TView, TCreate, TPatch>(TStore store, int id, HttpContext http)
        where TStore : Store<TRow, TView, TCreate, TPatch>
        where TRow : TrackedRow => await store.FindAsync(id, http.RequestAborted) ?? throw Fault.NotFound();

    private static async Task<ApiResult> AnswerAsync<TStore, TRow, TView, TCreate, TPatch>(TStore store, TRow row, int status, HttpContext http)
        where TStore : Store<TRow, TView, TCreate, TPatch>
        where TRow : TrackedRow
        where TView : class
    {
        var view = (await store.ViewsAsync([row], http.RequestAborted))[0];
        var path = http.Request.Path.Value!.TrimEnd('/');
        return new ApiResult(status, view) { ETag = ETags.Of(row), Location = status == StatusCodes.Status201Created ? $"{path}/{store.PathId(row)}" : null };
    }
}
