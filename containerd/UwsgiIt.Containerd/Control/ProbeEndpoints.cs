using Microsoft.AspNetCore.Http.HttpResults;
using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Control;

/// <summary>/healthz and /readyz.</summary>
internal static class ProbeEndpoints
{
    public static void MapProbes(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", static () => TypedResults.Ok());
        routes.MapGet("/readyz", static Results<Ok, StatusCodeHttpResult> (Readiness readiness) =>
            readiness.IsReady ? TypedResults.Ok() : TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable));
    }
}
