using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Hosting;
using Yarp.ReverseProxy.Configuration;

namespace UwsgiIt.Router.Routing;

/// <summary>What is wrong with the section ReverseProxy: YARP's own checks, and what YARP cannot know of our protocols.</summary>
internal static class StaticRouteFaults
{
    private const string Section = "ReverseProxy";

    public static IEnumerable<OptionFault> Find(IConfiguration configuration)
    {
        using var services = new ServiceCollection().AddLogging().AddReverseProxy().LoadFromConfig(configuration.GetSection(Section)).Services.BuildServiceProvider();
        var validator = services.GetRequiredService<IConfigValidator>();
        var proxy = services.GetRequiredService<IProxyConfigProvider>().GetConfig();
        var clusters = proxy.Clusters.ToDictionary(static cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase);
        var faults = new List<OptionFault>();
        foreach (var cluster in proxy.Clusters)
        {
            Add(faults, $"{Section}:Clusters:{cluster.ClusterId}", validator.ValidateClusterAsync(cluster).AsTask().GetAwaiter().GetResult());
            faults.AddRange((cluster.Destinations ?? new Dictionary<string, DestinationConfig>()).Where(static destination => !CanHaveProxyHeader(destination.Value)).Select(destination =>
                new OptionFault($"{Section}:Clusters:{cluster.ClusterId}:Destinations:{destination.Key}:Metadata:{StaticRouteForwarder.ProxyMetadata}", destination.Value.Metadata![StaticRouteForwarder.ProxyMetadata], "is no version, or the destination is not http:// to an address", "Write V1 or V2, and an address instead of a name")));
        }

        foreach (var route in proxy.Routes)
        {
            var setting = $"{Section}:Routes:{route.RouteId}";
            Add(faults, setting, validator.ValidateRouteAsync(route).AsTask().GetAwaiter().GetResult());
            if (route.ClusterId is { } id && !clusters.ContainsKey(id))
            {
                faults.Add(new OptionFault(setting, id, "names a cluster that is not there", "Add it to ReverseProxy:Clusters"));
            }

            if (StaticRouteForwarder.ChangesTrailers(route.Transforms) && route.ClusterId is { } clusterId && clusters.TryGetValue(clusterId, out var used) && SpeaksCgi(used))
            {
                faults.Add(new OptionFault(setting, "ResponseTrailer", "cannot come from a uwsgi, FastCGI or SCGI destination, which have no trailers", "Drop it, or use an http destination"));
            }
        }

        return faults;
    }

    private static bool CanHaveProxyHeader(DestinationConfig destination) =>
        StaticRouteForwarder.TryReadProxyVersion(destination.Metadata, out var version)
        && (version == ProxyProtocol.ProxyVersion.None || (StaticRouteForwarder.TryParse(destination.Address, out var upstream) && upstream.Protocol == Protocol.Subscriptions.UpstreamProtocol.Http));

    private static bool SpeaksCgi(ClusterConfig cluster) => cluster.Destinations?.Values.Any(static destination =>
        StaticRouteForwarder.TryParse(destination.Address, out var upstream) && upstream.Protocol != Protocol.Subscriptions.UpstreamProtocol.Http) ?? false;

    private static void Add(List<OptionFault> faults, string setting, IList<Exception> problems) =>
        faults.AddRange(problems.Select(problem => new OptionFault(setting, null, problem.Message.TrimEnd('.'), "See YARP's configuration reference")));
}
