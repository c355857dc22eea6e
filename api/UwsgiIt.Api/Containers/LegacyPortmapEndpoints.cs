using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;

namespace UwsgiIt.Api.Containers;

/// <summary><c>portmappings/ADDRESS</c> of dedicated servers; every failure is 403.</summary>
internal static class LegacyPortmapEndpoints
{
    public static void Map(LegacyRoutes routes) => routes.Customer("portmappings/{address}", SlashRule.PartOfName, ListAsync, CreateAsync, DeleteAsync);

    private static async Task<int> FindServerAsync(LegacyRequest request)
    {
        var address = request.Route("address");
        return await request.Db.Servers.Where(server => server.Address == address && server.OwnerId == request.CustomerId).Select(static server => (int?)server.Id).FirstOrDefaultAsync(request.Aborted) ?? throw Fault.Forbidden();
    }

    private static async Task<LegacyAnswer> ListAsync(LegacyRequest request)
    {
        var serverId = await FindServerAsync(request);
        var network = request.Service<IOptions<NetworkOptions>>().Value;

        // All of the server: its owner may see whose containers use its ports.
        var rows = await request.Db.Portmaps.IgnoreQueryFilters().AsNoTracking().Where(row => row.ServerId == serverId).OrderBy(static row => row.Id).ToListAsync(request.Aborted);
        return LegacyAnswer.List(rows, row => new JsonObject
        {
            ["id"] = row.Id,
            ["proto"] = row.Proto,
            ["public_port"] = row.PublicPort,
            ["container"] = ContainerUid.Of(row.ContainerId),
            ["container_ip"] = ContainerUid.IpOf(row.ContainerId, network),
            ["private_port"] = row.PrivatePort,
        });
    }

    private static async Task<LegacyAnswer> CreateAsync(LegacyRequest request)
    {
        var serverId = await FindServerAsync(request);
        var body = (await request.BodyAsync()).AsObject(nothingIsForbidden: true);
        return await LegacyRequest.RefusingAsync(FaultKind.Forbidden, () => request.WriteAsync(async () =>
        {
            var create = new PortmapCreate { Proto = body.Text("proto") ?? "", PublicPort = body.Int("public_port") ?? 0, PrivatePort = body.Int("private_port") ?? 0, Container = body.Int("container") ?? 0 };
            var row = await request.Service<PortmapStore>().CreateAsync(create, request.Aborted);
            return row.ServerId == serverId ? LegacyAnswer.Message("Created", 201) : throw Fault.Forbidden();
        }));
    }

    private static async Task<LegacyAnswer> DeleteAsync(LegacyRequest request)
    {
        var serverId = await FindServerAsync(request);
        var body = (await request.BodyAsync()).AsObject(nothingIsForbidden: true);
        return await LegacyRequest.RefusingAsync(FaultKind.Forbidden, () => request.WriteAsync(async () =>
        {
            var store = request.Service<PortmapStore>();
            var row = await store.FindAsync(body.Int("id") ?? 0, request.Aborted);
            await store.DeleteAsync(row is not null && row.ServerId == serverId ? row : throw Fault.Forbidden(), request.Aborted);
            return LegacyAnswer.Message("Ok");
        }));
    }
}
