using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Domains;

/// <summary>Claiming and proving domains: the world is asked before the transaction begins.</summary>
internal static class DomainActions
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapPost("/domains", CreateAsync).WithTags("domains").WithMetadata(new Access(Surface.Customer, Scopes.Domains))
            .AddEndpointFilter(AskForNewAsync).AddEndpointFilter<WriteFilter>().Produces<DomainView>(StatusCodes.Status201Created).Produces<DomainClaimView>(StatusCodes.Status202Accepted);
        v1.MapPost("/domains/{id:int}/verify", VerifyAsync).WithTags("domains").WithMetadata(new Access(Surface.Customer, Scopes.Domains))
            .AddEndpointFilter(AskForKnownAsync).AddEndpointFilter<WriteFilter>().Produces<DomainView>();
    }

    private static async Task<ApiResult> CreateAsync([FromServices] DomainStore store, HttpContext http, [FromBody] DomainCreate body) =>
        await store.ClaimAsync(body, http.RequestAborted) is { } claim
            ? new ApiResult(StatusCodes.Status202Accepted, claim)
            : await ResourceEndpoints.CreateAsync<DomainStore, Domain, DomainView, DomainCreate, DomainPatch>(store, http, body);

    private static async Task<ApiResult> VerifyAsync([FromServices] DomainStore store, HttpContext http, int id)
    {
        var row = await store.FindAsync(id, http.RequestAborted) ?? throw Fault.NotFound();
        await store.CheckedAsync(row, store.Proven, http.RequestAborted);
        return new ApiResult(StatusCodes.Status200OK, (await store.ViewsAsync([row], http.RequestAborted))[0]) { ETag = ETags.Of(row) };
    }

    private static async ValueTask<object?> AskForNewAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var services = context.HttpContext.RequestServices;
        if (context.Arguments.OfType<DomainCreate>().FirstOrDefault() is { } body && services.GetRequiredService<Caller>() is { IsOperator: false, CustomerId: { } customerId } && DomainName.TryNormalize(body.Name, out var name))
        {
            await AskAsync(context.HttpContext, name, customerId);
        }

        return await next(context);
    }

    private static async ValueTask<object?> AskForKnownAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var id = context.Arguments.OfType<int>().First();
        if (await http.RequestServices.GetRequiredService<ApiContext>().Domains.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, http.RequestAborted) is { } domain)
        {
            await AskAsync(http, domain.Name, domain.CustomerId);
        }

        return await next(context);
    }

    private static async Task AskAsync(HttpContext http, string name, int customerId)
    {
        var services = http.RequestServices;
        var uuid = await services.GetRequiredService<ApiContext>().Customers.Where(customer => customer.Id == customerId).Select(static customer => customer.Uuid).FirstAsync(http.RequestAborted);
        services.GetRequiredService<DomainStore>().Proven = await services.GetRequiredService<IDomainProof>().IsProvenAsync(name, uuid, http.RequestAborted);
    }
}
