using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Containers;

/// <summary>What is done to containers beside the common verbs.</summary>
internal static class ContainerActions
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapPost("/containers/{id:int}/alarm-key", MakeAlarmKeyAsync).WithTags("containers").WithMetadata(new Access(Surface.Customer, Scopes.Containers)).AddEndpointFilter<WriteFilter>().Produces<AlarmKeyView>();
        v1.MapPost("/containers/{id:int}/secret-uuid", MakeSecretUuidAsync).WithTags("containers").WithMetadata(new Access(Surface.Customer, Scopes.Containers)).AddEndpointFilter<WriteFilter>().Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<ApiResult> MakeAlarmKeyAsync([FromServices] ContainerStore store, [FromServices] ApiContext db, HttpContext http, int id)
    {
        var row = await store.FindAsync(id, http.RequestAborted) ?? throw Fault.NotFound();
        var key = Guid.NewGuid().ToString();
        row.AlarmKeyHash = TokenText.HashOf(key);
        await db.SaveChangesAsync(http.RequestAborted);
        return new ApiResult(StatusCodes.Status200OK, new AlarmKeyView { Container = ContainerUid.Of(row.Id), AlarmKey = key });
    }

    private static async Task<ApiResult> MakeSecretUuidAsync([FromServices] ContainerStore store, HttpContext http, int id)
    {
        var row = await store.FindAsync(id, http.RequestAborted) ?? throw Fault.NotFound();
        row.SecretUuid = Guid.NewGuid().ToString();
        return new ApiResult(StatusCodes.Status204NoContent);
    }
}
