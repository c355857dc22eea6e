using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Servers;

/// <summary><c>private/…</c> and <c>privileged/…</c>: what the original's node daemons ask for.</summary>
internal static class LegacyHostEndpoints
{
    private const string PlainText = "text/plain";
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static void Map(LegacyRoutes routes)
    {
        routes.Map("private/containers", SlashRule.Always, Surface.Host, ContainersAsync);
        routes.Map("private/containers/{uid:digits}.ini", SlashRule.Never, Surface.Host, DefinitionAsync);
        routes.Map("private/ssh_keys/{uid:digits}", SlashRule.Never, Surface.Host, SshKeysAsync);
        routes.Map("private/nodes", SlashRule.Always, Surface.Host, NodesAsync);
        routes.Map("private/legion/nodes", SlashRule.Always, Surface.Host, LegionNodesAsync);
        routes.Map("private/domains/rsa", SlashRule.Always, Surface.Host, KeysAsync);
        routes.Map("private/custom_services", SlashRule.Always, Surface.Host, ServicesAsync);
        routes.Map("private/loopboxes", SlashRule.Always, Surface.Host, LoopboxesAsync);
        routes.Map("private/portmappings", SlashRule.Always, Surface.Host, PortmapsAsync);
        routes.Map("private/serverfilemetadata", SlashRule.Always, Surface.Host, FilesAsync, StoreFileAsync);
        routes.Map("private/alarms/{uid:digits}", SlashRule.Never, Surface.Host, post: AlarmAsync);
        routes.Map("privileged/secret_uuids", SlashRule.Always, Surface.Privileged, SecretUuidsAsync);
    }

    private static int ServerId(LegacyRequest request) => request.Caller.ServerId!.Value;

    private static async Task<LegacyAnswer> ContainersAsync(LegacyRequest request)
    {
        var rows = await request.Service<HostStates>().Runnable(ServerId(request)).OrderBy(static row => row.Id).Select(static row => new { row.Id, row.LastRebootUnix, row.SshKeysUnix }).ToListAsync(request.Aborted);
        return LegacyAnswer.List(rows, static row => new JsonObject { ["uid"] = ContainerUid.Of(row.Id), ["mtime"] = row.LastRebootUnix, ["ssh_keys_mtime"] = row.SshKeysUnix });
    }

    // Our own definition in place of the original's text, which pasted customers' words into a language root runs.
    private static async Task<LegacyAnswer> DefinitionAsync(LegacyRequest request)
    {
        var container = await request.Service<HostStates>().ContainerAsync(ServerId(request), request.ContainerId, request.Aborted) ?? throw Fault.Forbidden(LegacyErrors.PlainForbidden);
        return LegacyAnswer.Plain(JsonSerializer.Serialize(container, ApiJson.Options), contentType: PlainText);
    }

    private static async Task<LegacyAnswer> SshKeysAsync(LegacyRequest request)
    {
        var id = request.ContainerId;
        var keys = await request.Service<HostStates>().Runnable(ServerId(request)).Where(row => row.Id == id).Select(static row => row.SshKeys).FirstOrDefaultAsync(request.Aborted) ?? throw Fault.Forbidden(LegacyErrors.PlainForbidden);
        return LegacyAnswer.Plain(string.Join('\n', SshKeyText.Split(keys)), contentType: PlainText);
    }

    private static async Task<LegacyAnswer> NodesAsync(LegacyRequest request)
    {
        var id = ServerId(request);
        return Nodes(await request.Db.Servers.AsNoTracking().OrderBy(static row => row.Id).ToListAsync(request.Aborted), id);
    }

    private static async Task<LegacyAnswer> LegionNodesAsync(LegacyRequest request)
    {
        var id = ServerId(request);
        var legionId = await request.Db.LegionMembers.Where(member => member.ServerId == id).OrderBy(static member => member.LegionId).Select(static member => (int?)member.LegionId).FirstOrDefaultAsync(request.Aborted);
        var rows = legionId is null ? [] : await request.Db.LegionMembers.AsNoTracking().Where(member => member.LegionId == legionId).OrderBy(static member => member.ServerId).Select(static member => member.Server!).ToListAsync(request.Aborted);
        return Nodes(rows, id);
    }

    private static LegacyAnswer Nodes(List<Server> rows, int exceptId)
    {
        var unix = rows.Count == 0 ? 1 : rows.Max(static row => row.ModifiedUnix);
        return new LegacyAnswer(200, new JsonObject { ["unix"] = unix, ["nodes"] = LegacyTags.Of(rows.Where(row => row.Id != exceptId).Select(static row => row.Address)) }, ContentType: PlainText);
    }

    private static async Task<LegacyAnswer> KeysAsync(LegacyRequest request)
    {
        var id = ServerId(request);
        var customerIds = await request.Db.Containers.Where(row => row.ServerId == id).Select(static row => row.CustomerId).Distinct().ToListAsync(request.Aborted);
        var customers = await request.Db.Customers.AsNoTracking().Where(row => customerIds.Contains(row.Id)).OrderBy(static row => row.Id).ToListAsync(request.Aborted);
        var domains = (await request.Db.Domains.AsNoTracking().Where(row => customerIds.Contains(row.CustomerId)).OrderBy(static row => row.Id).ToListAsync(request.Aborted)).ToLookup(static row => row.CustomerId);
        return LegacyAnswer.List(customers, customer => new JsonObject
        {
            ["rsa"] = customer.PublicKey,

            // A rotated key must be written again: nodes compare this time with their file's.
            ["domains"] = new JsonArray([.. domains[customer.Id].Select(row => (JsonNode)new JsonObject { ["name"] = row.Name, ["mtime"] = Math.Max(row.ModifiedUnix, customer.KeyUnix) })]),
        });
    }

    private static async Task<LegacyAnswer> ServicesAsync(LegacyRequest request)
    {
        var id = ServerId(request);
        var rows = await request.Db.CustomServices.AsNoTracking().Where(row => row.ServerId == id).OrderBy(static row => row.Id).ToListAsync(request.Aborted);
        return LegacyAnswer.List(rows, static row => new JsonObject { ["id"] = row.Id, ["customer"] = row.CustomerId, ["config"] = row.Config, ["mtime"] = row.ModifiedUnix });
    }

    private static async Task<LegacyAnswer> LoopboxesAsync(LegacyRequest request)
    {
        var id = ServerId(request);
        var rows = await request.Db.Loopboxes.AsNoTracking().Where(row => row.Container!.ServerId == id).OrderBy(static row => row.Id).ToListAsync(request.Aborted);
        return LegacyAnswer.List(rows, static row => new JsonObject { ["id"] = row.Id, ["uid"] = ContainerUid.Of(row.ContainerId), ["filename"] = row.Filename, ["mountpoint"] = row.Mountpoint, ["ro"] = row.ReadOnly });
    }

    private static async Task<LegacyAnswer> PortmapsAsync(LegacyRequest request)
    {
        var id = ServerId(request);
        var network = request.Service<IOptions<NetworkOptions>>().Value;
        var server = await request.Db.Servers.AsNoTracking().FirstAsync(row => row.Id == id, request.Aborted);
        var rows = await request.Db.Portmaps.AsNoTracking().Where(row => row.ServerId == id).OrderBy(static row => row.Id).ToListAsync(request.Aborted);
        return LegacyAnswer.Document(new JsonObject
        {
            ["unix"] = rows.Select(static row => row.ModifiedUnix).Append(server.PortmapsUnix).Max(),
            ["mappings"] = new JsonArray([.. rows.Select(row => (JsonNode)new JsonObject { ["proto"] = row.Proto, ["public_ip"] = server.Address, ["public_port"] = row.PublicPort, ["private_ip"] = ContainerUid.IpOf(row.ContainerId, network), ["private_port"] = row.PrivatePort })]),
        });
    }

    private static async Task<LegacyAnswer> FilesAsync(LegacyRequest request) =>
        LegacyAnswer.Document(LegacyTags.Of(await request.Db.CollectedFiles.OrderBy(static row => row.Id).Select(static row => row.Filename).ToListAsync(request.Aborted)));

    private static async Task<LegacyAnswer> StoreFileAsync(LegacyRequest request)
    {
        var body = await LegacyRequest.RefusingAsync(FaultKind.Forbidden, async () => (await request.BodyAsync()).AsObject());
        return await LegacyRequest.RefusingAsync(FaultKind.Forbidden, () => request.WriteAsync(async () =>
        {
            await CollectedValues.StoreAsync(request.Db, ServerId(request), body.Text("file") ?? throw Fault.Forbidden(LegacyErrors.PlainForbidden), body.Text("value") ?? throw Fault.Forbidden(LegacyErrors.PlainForbidden), request.Aborted);
            return LegacyAnswer.Plain("Created\n", 201);
        }));
    }

    private static async Task<LegacyAnswer> AlarmAsync(LegacyRequest request)
    {
        var (id, serverId) = (request.ContainerId, ServerId(request));
        if (!await request.Db.Containers.AnyAsync(row => row.Id == id && row.ServerId == serverId, request.Aborted))
        {
            throw Fault.Forbidden(LegacyErrors.PlainForbidden);
        }

        var unix = QueryText.Long(request.Query, "unix") ?? request.Now;
        var bytes = await LegacyBody.ReadBytesAsync(request.Http);
        string message;
        try
        {
            message = Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Fault.BadRequest("The message is not UTF-8.");
        }

        return await request.WriteAsync(async () =>
        {
            await request.Service<AlarmStore>().RaiseAsync(new Alarm { ContainerId = id, Unix = unix, Level = 0, Message = message }, request.Aborted);
            return LegacyAnswer.Plain("Created\n", 201);
        });
    }

    private static async Task<LegacyAnswer> SecretUuidsAsync(LegacyRequest request)
    {
        var rows = await request.Db.Containers.AsNoTracking().Where(static row => row.DistroId != null && row.SshKeys != "").OrderBy(static row => row.Id).Select(static row => new { row.Id, row.LastRebootUnix, row.SecretUuid, row.Server!.Address }).ToListAsync(request.Aborted);
        return LegacyAnswer.List(rows, static row => new JsonObject { ["uid"] = ContainerUid.Of(row.Id), ["mtime"] = row.LastRebootUnix, ["secret_uuid"] = row.SecretUuid, ["address"] = row.Address });
    }
}
