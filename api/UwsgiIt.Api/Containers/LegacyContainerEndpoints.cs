using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Containers;

/// <summary><c>containers</c> and what is asked of one.</summary>
internal static class LegacyContainerEndpoints
{
    public static void Map(LegacyRoutes routes)
    {
        routes.Customer("me/containers", SlashRule.Either, ListAsync, CreateAsync);
        routes.Customer("containers", SlashRule.Either, ListAsync, CreateAsync);
        routes.Customer("containers/{uid:digits}", SlashRule.Never, GetAsync, UpdateAsync);
        routes.Customer("containers/{uid:digits}/domains", SlashRule.Never, DomainsAsync);
        routes.Customer("regenerate_secret_uuid/{uid:digits}", SlashRule.Never, post: RegenerateAsync);
    }

    /// <summary>The caller's container, or 403: foreign and missing are never told apart.</summary>
    public static async Task<Container> FindAsync(LegacyRequest request)
    {
        var id = request.ContainerId;
        return await request.Service<ContainerStore>().NamedRows.FirstOrDefaultAsync(row => row.Id == id, request.Aborted) ?? throw Fault.Forbidden();
    }

    private static async Task<LegacyAnswer> ListAsync(LegacyRequest request)
    {
        var rows = request.Service<ContainerStore>().NamedRows.AsNoTracking();
        if (QueryText.List(request.Query, "tags") is { } names)
        {
            rows = rows.Where(row => row.Tags.Any(tag => names.Contains(tag.Name)));
        }

        var network = request.Service<IOptions<NetworkOptions>>().Value;
        return LegacyAnswer.List(await rows.OrderBy(static row => row.Id).ToListAsync(request.Aborted), row => LegacyContainerViews.Short(row, network));
    }

    private static async Task<LegacyAnswer> CreateAsync(LegacyRequest request)
    {
        var body = (await request.BodyAsync()).AsObject(nothingIsForbidden: true);
        if (!body.HasAll("server", "name", "memory", "storage"))
        {
            throw Fault.Forbidden();
        }

        if (body.IsNull("name"))
        {
            throw Fault.Conflict("name is null");
        }

        // Null counts as nothing wanted, which is not enough of either.
        var create = new ContainerCreate
        {
            Name = body.Text("name")!,
            Memory = body.IsNull("memory") ? 0 : body.Int("memory")!.Value,
            Storage = body.IsNull("storage") ? 0 : body.Int("storage")!.Value,
            Server = 0,
        };
        var address = body.Text("server");
        try
        {
            return await request.WriteAsync(async () =>
            {
                var server = await request.Db.Servers.FirstOrDefaultAsync(server => server.Address == address && server.OwnerId == request.CustomerId, request.Aborted) ?? throw Fault.Forbidden();
                await request.Service<ContainerStore>().CreateAsync(create with { Server = server.Id }, request.Aborted);
                return LegacyAnswer.Message("Created", 201);
            });
        }
        catch (Fault fault) when (fault.Message is Capacity.NotEnoughMemory or Capacity.NotEnoughStorage)
        {
            // The original's 200: scripts look at the body only.
            return new LegacyAnswer(200, new JsonObject { ["error"] = "Conflict", ["reason"] = fault.Message });
        }
    }

    private static async Task<LegacyAnswer> GetAsync(LegacyRequest request) => await ViewAsync(request, await FindAsync(request));

    private static async Task<LegacyAnswer> ViewAsync(LegacyRequest request, Container row)
    {
        var addresses = await request.Db.LegionMembers.Where(member => member.ServerId == row.ServerId).Join(request.Db.Legions.IgnoreQueryFilters(), static member => member.LegionId, static legion => legion.Id, static (_, legion) => legion.Address).ToListAsync(request.Aborted);
        return LegacyAnswer.Document(LegacyContainerViews.Full(row, request.Service<IOptions<NetworkOptions>>().Value, addresses));
    }

    private static async Task<LegacyAnswer> UpdateAsync(LegacyRequest request)
    {
        await FindAsync(request);
        request.Db.ChangeTracker.Clear();
        var body = (await request.BodyAsync()).AsObject(nothingIsForbidden: true);
        var patch = LegacyContainerPatch.Read(body);
        return await request.WriteAsync(async () =>
        {
            var row = await FindAsync(request);
            var (containers, links) = (request.Service<ContainerStore>(), request.Service<LinkStore>());
            if (!await containers.OwnsServerAsync(row, request.Aborted))
            {
                patch = patch with { Memory = null, Storage = null };
            }

            await containers.ApplyAsync(row, patch, request.Aborted);
            await containers.ReloadAsync(row, request.Aborted);
            if (body.Has("link"))
            {
                await links.LinkAsync(row, LegacyContainerPatch.LinkedUid(body, "link"), request.Aborted);
            }

            if (body.Has("unlink"))
            {
                await links.UnlinkAsync(row, LegacyContainerPatch.LinkedUid(body, "unlink"), request.Aborted);
            }

            return await ViewAsync(request, row);
        });
    }

    private static async Task<LegacyAnswer> DomainsAsync(LegacyRequest request)
    {
        var id = request.ContainerId;
        if (!await request.Db.Containers.AnyAsync(container => container.Id == id, request.Aborted))
        {
            throw Fault.NotFound();
        }

        var domainIds = await MetricQueries.DomainsHitTodayAsync(request.Db, id, request.Now, request.Aborted);
        var rows = await request.Db.Domains.AsNoTracking().Where(domain => domainIds.Contains(domain.Id)).OrderBy(static domain => domain.Id).ToListAsync(request.Aborted);
        return LegacyAnswer.List(rows, static row => new JsonObject { ["id"] = row.Id, ["uuid"] = row.Uuid.ToString(), ["name"] = row.Name });
    }

    private static Task<LegacyAnswer> RegenerateAsync(LegacyRequest request) => request.WriteAsync(async () =>
    {
        var row = await FindAsync(request);
        row.SecretUuid = Guid.NewGuid().ToString();
        return LegacyAnswer.Message("Ok");
    });
}
