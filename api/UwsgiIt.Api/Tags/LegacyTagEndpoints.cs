using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;

namespace UwsgiIt.Api.Tags;

/// <summary><c>tags</c>.</summary>
internal static class LegacyTagEndpoints
{
    public static void Map(LegacyRoutes routes)
    {
        routes.Customer("tags", SlashRule.Either, ListAsync, CreateAsync);
        routes.Customer("tags/{id:digits}", SlashRule.Never, GetAsync, UpdateAsync, DeleteAsync);
    }

    private static async Task<LegacyAnswer> ListAsync(LegacyRequest request) =>
        LegacyAnswer.List(await request.Db.Tags.AsNoTracking().OrderBy(static row => row.Id).ToListAsync(request.Aborted), static row => new JsonObject { ["id"] = row.Id, ["name"] = row.Name });

    private static LegacyAnswer View(Tag row, int status = 200) => LegacyAnswer.Document(new JsonObject { ["id"] = row.Id, ["name"] = row.Name, ["note"] = row.Note }, status);

    private static async Task<LegacyAnswer> CreateAsync(LegacyRequest request)
    {
        var body = (await request.BodyAsync()).AsObject();
        if (body.IsNull("name"))
        {
            throw Fault.Conflict("name is null");
        }

        var create = new TagCreate { Name = body.Text("name") ?? throw Fault.Invalid("name", "is missing"), Note = body.Text("note") };
        return await request.WriteAsync(async () => View(await request.Service<TagStore>().CreateAsync(create, request.Aborted), 201));
    }

    private static async Task<Tag> FindAsync(LegacyRequest request) => await request.Service<TagStore>().FindAsync(request.Id, request.Aborted) ?? throw Fault.NotFound();

    private static async Task<LegacyAnswer> GetAsync(LegacyRequest request) => View(await FindAsync(request));

    private static async Task<LegacyAnswer> UpdateAsync(LegacyRequest request)
    {
        await FindAsync(request);
        request.Db.ChangeTracker.Clear();
        var body = (await request.BodyAsync()).AsObject();
        var patch = new TagPatch { Name = body.Clearing("name"), Note = body.Clearing("note") };
        return await request.WriteAsync(async () =>
        {
            var row = await FindAsync(request);
            await request.Service<TagStore>().UpdateAsync(row, patch, request.Aborted);
            return View(row);
        });
    }

    private static Task<LegacyAnswer> DeleteAsync(LegacyRequest request) => request.WriteAsync(async () =>
    {
        await request.Service<TagStore>().DeleteAsync(await FindAsync(request), request.Aborted);
        return LegacyAnswer.Message("Ok");
    });
}
