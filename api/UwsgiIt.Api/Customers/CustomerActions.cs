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
        v1.MapPost("/customers/{id:int}/rotate-key", RotateAsync).WithTags("customers").WithMetadata(new Access(Surface.Customer, Scopes.Account) { OwnersOnly = true }).AddEndpointFilter<WriteFilter>().Produces<RotatedKey>();
    }

    private static async Task<ApiResult> RotateAsync([FromServices] CustomerStore store, HttpContext http, int id, string? kind)
    {
        var row = await store.FindAsync(id, http.RequestAborted) ?? throw Fault.NotFound();
        return new ApiResult(StatusCodes.Status200OK, await store.RotateKeyAsync(row, kind, http.RequestAborted)) { ETag = ETags.Of(row) };
    }
}
