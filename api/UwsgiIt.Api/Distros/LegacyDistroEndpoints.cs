using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;

namespace UwsgiIt.Api.Distros;

/// <summary><c>distros</c>, <c>custom_distros/</c>, <c>custom_distro/</c>.</summary>
internal static class LegacyDistroEndpoints
{
    public static void Map(LegacyRoutes routes)
    {
        routes.Customer("distros", SlashRule.Either, DistrosAsync);
        routes.Customer("custom_distros", SlashRule.Always, ListAsync);
        routes.Customer("custom_distros/{uid:digits}", SlashRule.Never, UsableAsync, CreateAsync);
        routes.Customer("custom_distro", SlashRule.Always, static _ => throw Fault.Forbidden());
        routes.Customer("custom_distro/{id:digits}", SlashRule.Never, GetAsync, UpdateAsync, DeleteAsync);
    }

    private static async Task<LegacyAnswer> DistrosAsync(LegacyRequest request) =>
        LegacyAnswer.List(await request.Db.Distros.AsNoTracking().OrderBy(static row => row.Id).ToListAsync(request.Aborted), static row => new JsonObject { ["id"] = row.Id, ["name"] = row.Name });

    private static async Task<LegacyAnswer> ListAsync(LegacyRequest request) =>
        LegacyAnswer.List(await request.Db.CustomDistros.AsNoTracking().OrderBy(static row => row.Id).ToListAsync(request.Aborted), static row => new JsonObject { ["id"] = row.Id, ["name"] = row.Name, ["container"] = ContainerUid.Of(row.ContainerId) });

    private static async Task<LegacyAnswer> UsableAsync(LegacyRequest request)
    {
        var container = await LegacyContainerEndpoints.FindAsync(request);
        var rows = await request.Db.CustomDistros.AsNoTracking().Where(row => row.ContainerId != container.Id && row.Container!.ServerId == container.ServerId).OrderBy(static row => row.Id).ToListAsync(request.Aborted);
        return LegacyAnswer.List(rows, static row => new JsonObject { ["id"] = row.Id, ["name"] = row.Name });
    }

    private static async Task<LegacyAnswer> CreateAsync(LegacyRequest request)
    {
        var container = await LegacyContainerEndpoints.FindAsync(request);
        if (!container.CustomDistrosStorage)
        {
            throw Fault.Forbidden();
        }

        var body = (await request.BodyAsync()).AsObject(nothingIsForbidden: true);
        return await LegacyRequest.RefusingAsync(FaultKind.Forbidden, () => request.WriteAsync(async () =>
        {
            var create = new CustomDistroCreate { Container = ContainerUid.Of(container.Id), Name = body.Text("name") ?? throw Fault.Forbidden(), Path = body.Text("path") ?? throw Fault.Forbidden(), Note = body.Text("note") };
            await request.Service<CustomDistroStore>().CreateAsync(create, request.Aborted);
            return LegacyAnswer.Message("Created", 201);
        }));
    }

    private static async Task<CustomDistro> FindAsync(LegacyRequest request) => await request.Service<CustomDistroStore>().FindAsync(request.Id, request.Aborted) ?? throw Fault.Forbidden();

    private static async Task<LegacyAnswer> GetAsync(LegacyRequest request) => View(await FindAsync(request));

    private static LegacyAnswer View(CustomDistro row) =>
        LegacyAnswer.Document(new JsonObject { ["id"] = row.Id, ["container"] = ContainerUid.Of(row.ContainerId), ["name"] = row.Name, ["path"] = row.Path, ["note"] = row.Note, ["uuid"] = row.Uuid.ToString() });

    private static async Task<LegacyAnswer> UpdateAsync(LegacyRequest request)
    {
        await FindAsync(request);
        var body = (await request.BodyAsync()).AsObject();
        return await LegacyRequest.RefusingAsync(FaultKind.Forbidden, () => request.WriteAsync(async () =>
        {
            var patch = new CustomDistroPatch { Name = body.Clearing("name"), Path = body.Clearing("path"), Note = body.Clearing("note") };
            var row = await FindAsync(request);
            await request.Service<CustomDistroStore>().UpdateAsync(row, patch, request.Aborted);
            return View(row);
        }));
    }

    private static Task<LegacyAnswer> DeleteAsync(LegacyRequest request) => request.WriteAsync(async () =>
    {
        await request.Service<CustomDistroStore>().DeleteAsync(await FindAsync(request), request.Aborted);
        return LegacyAnswer.Message("Ok");
    });
}
