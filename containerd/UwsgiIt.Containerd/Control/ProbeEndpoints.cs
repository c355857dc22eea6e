using Microsoft.AspNetCore.Http.HttpResults;
using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Control;

/// <summary>/healthz, /readyz and /metrics.</summary>
internal static class ProbeEndpoints
{
    public static void MapProbes(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/metrics", static (ContainerReports reports) => TypedResults.Text(MetricsText.Of(reports.Host()), "text/plain; version=0.0.4; charset=utf-8"));
        routes.MapGet("/healthz", static () => TypedResults.Ok());
        routes.MapGet("/readyz", static Results<Ok, StatusCodeHttpResult> (Readiness readiness) =>
            readiness.IsReady ? TypedResults.Ok() : TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable));
    }
}
