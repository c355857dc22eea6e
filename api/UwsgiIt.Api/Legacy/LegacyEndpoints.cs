using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Distros;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Loopboxes;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.News;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Legacy;

/// <summary>The legacy root, one file of routes per feature.</summary>
internal static class LegacyEndpoints
{
    public static void MapLegacyApi(this IEndpointRouteBuilder app)
    {
        var routes = new LegacyRoutes(app.MapGroup("/api"));
        LegacyAccountEndpoints.Map(routes);
        LegacyContainerEndpoints.Map(routes);
        LegacyPortmapEndpoints.Map(routes);
        LegacyDistroEndpoints.Map(routes);
        LegacyDomainEndpoints.Map(routes);
        LegacyTagEndpoints.Map(routes);
        LegacyLoopboxEndpoints.Map(routes);
        LegacyNewsEndpoints.Map(routes);
        LegacyAlarmEndpoints.Map(routes);
        LegacyMetricEndpoints.Map(routes);
        LegacyHostEndpoints.Map(routes);
    }
}
