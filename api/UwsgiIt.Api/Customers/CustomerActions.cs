using Microsoft.AspNetCore.Mvc;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Customers;

/// <summary>What is done to customers beside the common verbs.</summary>
internal static class CustomerActions
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapPost("/customers/{id:int}/rotate-key", RotateAsync).WithTags("customers").WithMetadata(new Access(Surface.Customer, Scopes.Account) { OwnersOnly = true }).AddEndpointFilter(PrepareAsync).AddEndpointFilter<WriteFilter>().Produces<RotatedKey>();
    }

    private static ValueTask<object?> PrepareAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.RequestServices.GetRequiredService<CustomerStore>().PrepareKey(context.HttpContext.Request.Query["kind"]);
        return next(context);
    }

    // The kind is read before the transaction; it is a parameter for the document's sake.
    private static async Task<ApiResult> RotateAsync([FromServices] CustomerStore store, HttpContext http, int id, string? kind)
    {
        _ = kind;
        var row = await store.FindAsync(id, http.RequestAborted) ?? throw Fault.NotFound();
        return new ApiResult(StatusCodes.Status200OK, await store.RotateKeyAsync(row, http.RequestAborted)) { ETag = ETags.Of(row) };
    }
}
