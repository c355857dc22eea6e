using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Loopboxes;

/// <summary><c>loopboxes</c>.</summary>
internal static class LegacyLoopboxEndpoints
{
    public static void Map(LegacyRoutes routes)
    {
        routes.Customer("loopboxes", SlashRule.Either, ListAsync, CreateAsync);
        routes.Customer("loopboxes/{id:digits}", SlashRule.Never, GetAsync, UpdateAsync, DeleteAsync);
    }

    private static JsonObject View(Loopbox row) => new()
    {
        ["id"] = row.Id,
        ["container"] = ContainerUid.Of(row.ContainerId),
        ["filename"] = row.Filename,
        ["mountpoint"] = row.Mountpoint,
        ["ro"] = row.ReadOnly,
        ["tags"] = LegacyTags.Of(row.Tags),
    };

    private static async Task<LegacyAnswer> ListAsync(LegacyRequest request)
    {
        var rows = request.Service<LoopboxStore>().Rows.AsNoTracking();
        if (QueryText.Of(request.Query, "container") is { } uid)
        {
            var id = LegacyUid.TryRead(uid, out var read) ? read : 0;
            if (!await request.Db.Containers.AnyAsync(container => container.Id == id, request.Aborted))
            {
                throw Fault.Forbidden();
            }

            rows = rows.Where(row => row.ContainerId == id);
        }

        if (QueryText.List(request.Query, "tags") is { } names)
        {
            rows = rows.Where(row => row.Tags.Any(tag => names.Contains(tag.Name)));
        }

        return LegacyAnswer.List(await rows.OrderBy(static row => row.Id).ToListAsync(request.Aborted), View);
    }

    private static async Task<LegacyAnswer> CreateAsync(LegacyRequest request)
    {
        var body = (await request.BodyAsync()).AsObject(nothingIsForbidden: true);
        if (!body.HasAll("container", "filename", "mountpoint"))
        {
            throw Fault.Forbidden();
        }

        var create = new LoopboxCreate { Container = body.IsNull("container") ? 0 : body.Int("container")!.Value, Filename = body.Text("filename") ?? "", Mountpoint = body.Text("mountpoint") ?? "", Ro = body.Flag("ro") };
        var id = ContainerUid.RowOf(create.Container);
        if (!await request.Db.Containers.AnyAsync(container => container.Id == id, request.Aborted))
        {
            throw Fault.Forbidden();
        }

        return await LegacyRequest.RefusingAsync(FaultKind.Conflict, () => request.WriteAsync(async () =>
        {
            await request.Service<LoopboxStore>().CreateAsync(create, request.Aborted);
            return LegacyAnswer.Message("Created", 201);
        }));
    }

    private static async Task<Loopbox> FindAsync(LegacyRequest request) => await request.Service<LoopboxStore>().FindAsync(request.Id, request.Aborted) ?? throw Fault.Forbidden();

    private static async Task<LegacyAnswer> GetAsync(LegacyRequest request) => LegacyAnswer.Document(View(await FindAsync(request)));

    private static async Task<LegacyAnswer> UpdateAsync(LegacyRequest request)
    {
        await FindAsync(request);
        request.Db.ChangeTracker.Clear();
        var body = (await request.BodyAsync()).AsObject(nothingIsForbidden: true);
        var patch = new LoopboxPatch { Tags = body.Strings("tags") };
        return await request.WriteAsync(async () =>
        {
            var row = await FindAsync(request);
            await request.Service<LoopboxStore>().UpdateAsync(row, patch, request.Aborted);
            return LegacyAnswer.Document(View(row));
        });
    }

    private static Task<LegacyAnswer> DeleteAsync(LegacyRequest request) => request.WriteAsync(async () =>
    {
        await request.Service<LoopboxStore>().DeleteAsync(await FindAsync(request), request.Aborted);
        return LegacyAnswer.Message("Ok");
    });
}
