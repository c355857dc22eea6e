using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Legacy;

namespace UwsgiIt.Api.Customers;

/// <summary><c>me</c>.</summary>
internal static class LegacyAccountEndpoints
{
    public static void Map(LegacyRoutes routes) => routes.Customer("me", SlashRule.Either, GetAsync, PostAsync);

    private static async Task<LegacyAnswer> GetAsync(LegacyRequest request)
    {
        var (db, id) = (request.Db, request.CustomerId);
        var customer = await db.Customers.AsNoTracking().FirstAsync(request.Aborted);
        var email = await db.Users.Where(user => user.Id == request.Caller.UserId).Select(static user => user.Email).FirstOrDefaultAsync(request.Aborted);
        var containers = await db.Containers.OrderBy(static container => container.Id).Select(static container => container.Id).ToListAsync(request.Aborted);
        var servers = await db.Servers.Where(server => server.OwnerId == id).OrderBy(static server => server.Id).Select(static server => server.Address).ToListAsync(request.Aborted);
        return LegacyAnswer.Document(new JsonObject
        {
            ["email"] = email,
            ["vat"] = customer.Vat,
            ["company"] = customer.Company,
            ["uuid"] = customer.Uuid.ToString(),
            ["containers"] = LegacyTags.Of(containers.Select(ContainerUid.Of)),
            ["servers"] = LegacyTags.Of(servers),
        });
    }

    private static async Task<LegacyAnswer> PostAsync(LegacyRequest request)
    {
        var body = (await request.BodyAsync()).AsObject();
        var patch = new CustomerPatch { Vat = body.Clearing("vat"), Company = body.Clearing("company"), Email = body.Has("email") ? body.Text("email") ?? throw Hosting.Fault.Invalid("email", "is null") : null, Password = body.Has("password") ? body.Text("password") ?? "" : null };
        var store = request.Service<CustomerStore>();
        var hash = await store.HashAsync(patch.Password, request.Aborted);
        await request.WriteAsync(async () =>
        {
            var customer = await store.FindAsync(request.CustomerId, request.Aborted);
            await store.ApplyAsync(customer!, patch, request.Caller.UserId, hash, request.Aborted);
            return LegacyAnswer.Message("Ok");
        });
        request.Db.ChangeTracker.Clear();
        return await GetAsync(request);
    }
}
