using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Domains;

/// <summary><c>domains</c>.</summary>
internal static class LegacyDomainEndpoints
{
    public static void Map(LegacyRoutes routes)
    {
        routes.Customer("domains", SlashRule.Either, ListAsync, CreateAsync, DeleteByNameAsync);
        routes.Customer("domains/{id:digits}", SlashRule.Never, GetAsync, UpdateAsync, DeleteAsync);
        routes.Customer("domains/{id:digits}/containers", SlashRule.Never, ContainersAsync);
    }

    private static async Task<LegacyAnswer> ListAsync(LegacyRequest request)
    {
        var rows = request.Service<DomainStore>().Rows.AsNoTracking();
        if (QueryText.List(request.Query, "tags") is { } names)
        {
            rows = rows.Where(row => row.Tags.Any(tag => names.Contains(tag.Name)));
        }

        return LegacyAnswer.List(await rows.OrderBy(static row => row.Id).ToListAsync(request.Aborted), static row => Short(row));
    }

    private static JsonObject Short(Domain row) => new() { ["id"] = row.Id, ["name"] = row.Name, ["uuid"] = row.Uuid.ToString(), ["tags"] = LegacyTags.Of(row.Tags) };

    private static LegacyAnswer View(Domain row)
    {
        var view = Short(row);
        view["note"] = row.Note;
        return LegacyAnswer.Document(view);
    }

    private static async Task<LegacyAnswer> CreateAsync(LegacyRequest request)
    {
        var body = (await request.BodyAsync()).AsObject();
        var text = body.Text("name") ?? throw Fault.Invalid("name", "is missing");
        if (!DomainName.TryNormalize(text, out var name))
        {
            throw Fault.Forbidden();
        }

        var store = request.Service<DomainStore>();
        if (await store.IsTakenAsync(name, request.Aborted))
        {
            throw Fault.Conflict("The name is taken.");
        }

        var uuid = await request.Db.Customers.Select(static customer => customer.Uuid).FirstAsync(request.Aborted);
        store.Proven = await request.Service<IDomainProof>().IsProvenAsync(name, uuid, request.Aborted);
        return await request.WriteAsync(async () =>
        {
            var row = await store.CreateAsync(new DomainCreate { Name = name }, request.Aborted);
            return new LegacyAnswer(201, new JsonObject { ["message"] = "Created", ["id"] = row.Id, ["name"] = row.Name, ["uuid"] = row.Uuid.ToString(), ["tags"] = new JsonArray(), ["note"] = null });
        });
    }

    private static async Task<LegacyAnswer> DeleteByNameAsync(LegacyRequest request)
    {
        var body = (await request.BodyAsync()).AsObject();
        var text = body.Text("name") ?? throw Fault.Invalid("name", "is missing");
        var name = DomainName.TryNormalize(text, out var normal) ? normal : text;
        return await request.WriteAsync(async () =>
        {
            var store = request.Service<DomainStore>();
            await store.DeleteAsync(await store.Rows.FirstOrDefaultAsync(row => row.Name == name, request.Aborted) ?? throw Fault.NotFound(), request.Aborted);
            return LegacyAnswer.Message("Ok");
        });
    }

    private static async Task<Domain> FindAsync(LegacyRequest request) => await request.Service<DomainStore>().FindAsync(request.Id, request.Aborted) ?? throw Fault.NotFound();

    private static async Task<LegacyAnswer> GetAsync(LegacyRequest request) => View(await FindAsync(request));

    private static async Task<LegacyAnswer> UpdateAsync(LegacyRequest request)
    {
        await FindAsync(request);
        request.Db.ChangeTracker.Clear();
        var body = (await request.BodyAsync()).AsObject();
        var patch = new DomainPatch { Note = body.Clearing("note"), Tags = body.Strings("tags") };
        return await request.WriteAsync(async () =>
        {
            var row = await FindAsync(request);
            await request.Service<DomainStore>().UpdateAsync(row, patch, request.Aborted);
            return View(row);
        });
    }

    private static Task<LegacyAnswer> DeleteAsync(LegacyRequest request) => request.WriteAsync(async () =>
    {
        await request.Service<DomainStore>().DeleteAsync(await FindAsync(request), request.Aborted);
        return LegacyAnswer.Message("Ok");
    });

    private static async Task<LegacyAnswer> ContainersAsync(LegacyRequest request)
    {
        var domain = await FindAsync(request);
        var containerIds = await MetricQueries.ContainersHitTodayAsync(request.Db, domain.Id, request.Now, request.Aborted);
        var rows = await request.Db.Containers.AsNoTracking().Where(row => containerIds.Contains(row.Id)).OrderBy(static row => row.Id).ToListAsync(request.Aborted);
        return LegacyAnswer.List(rows, static row => new JsonObject { ["id"] = row.Id, ["uid"] = ContainerUid.Of(row.Id), ["uuid"] = row.Uuid.ToString(), ["name"] = row.Name });
    }
}
