using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Domains;

/// <summary>Claiming a domain: the world is asked before the transaction begins.</summary>
internal static class DomainActions
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapPost("/domains", ResourceEndpoints.CreateAsync<DomainStore, Domain, DomainView, DomainCreate, DomainPatch>).WithTags("domains").WithMetadata(new Access(Surface.Customer, Scopes.Domains))
            .AddEndpointFilter(AskAsync).AddEndpointFilter<WriteFilter>().Produces<DomainView>(StatusCodes.Status201Created);
    }

    private static async ValueTask<object?> AskAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var services = context.HttpContext.RequestServices;
        var aborted = context.HttpContext.RequestAborted;
        if (context.Arguments.OfType<DomainCreate>().FirstOrDefault() is { } body && services.GetRequiredService<Caller>() is { IsOperator: false, CustomerId: { } customerId } && DomainName.TryNormalize(body.Name, out var name))
        {
            var store = services.GetRequiredService<DomainStore>();
            if (!await store.IsTakenAsync(name, aborted))
            {
                var uuid = await services.GetRequiredService<ApiContext>().Customers.Where(customer => customer.Id == customerId).Select(static customer => customer.Uuid).FirstAsync(aborted);
                store.Proven = await services.GetRequiredService<IDomainProof>().IsProvenAsync(name, uuid, aborted);
            }
        }

        return await next(context);
    }
}
