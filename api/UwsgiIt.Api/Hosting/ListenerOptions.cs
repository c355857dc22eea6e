using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Api.Hosting;

/// <summary>Where the api listens. Changes need a restart.</summary>
internal sealed class ListenerOptions : IValidatedOptions
{
    public static string SectionName => "Listener";

    /// <summary>Listeners. Default: 127.0.0.1:8008 without TLS, and the unix socket /run/uwsgiit/api.sock when /run/uwsgiit exists.</summary>
    public IList<EndpointOptions> Endpoints { get; init; } = [];

    /// <summary>Names and addresses our own TLS certificate covers. Default localhost and 127.0.0.1.</summary>
    public IList<string> Names { get; init; } = [];

    /// <summary>Peers whose X-Forwarded-For is believed, as address or address/bits. Default none.</summary>
    public IList<string> TrustedProxies { get; init; } = [];

    /// <summary>How long requests in flight may take to finish after SIGTERM. Default 10 s; ours.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    public IEnumerable<EndpointOptions> EffectiveEndpoints
    {
        get
        {
            if (Endpoints.Count > 0)
            {
                return Endpoints;
            }

            var plain = new EndpointOptions { Address = "127.0.0.1:8008" };
            return Directory.Exists("/run/uwsgiit") ? [plain, new EndpointOptions { Address = "/run/uwsgiit/api.sock" }] : [plain];
        }
    }

    /// <summary>True when a connection came in at an endpoint that a router of ours serves.</summary>
    public bool IsProxied(EndPoint? local) => local switch
    {
        UnixDomainSocketEndPoint unix => Endpoints.Any(endpoint => endpoint.Proxied && endpoint.Address == unix.ToString()),
        IPEndPoint ip => Endpoints.Any(endpoint => endpoint.Proxied && IPEndPoint.TryParse(endpoint.Address, out var own) && own.Port == ip.Port),
        _ => false,
    };

    public IEnumerable<string> EffectiveNames => Names.Count > 0 ? Names : ["localhost", "127.0.0.1"];

    public IEnumerable<OptionFault> Validate()
    {
        for (var i = 0; i < Endpoints.Count; i++)
        {
            var address = Endpoints[i].Address;
            if (!address.StartsWith('/') && !(address.LastIndexOf(':') > 0 && IPEndPoint.TryParse(address, out _)))
            {
                yield return new OptionFault($"Listener:Endpoints:{i}:Address", address, "is neither ip:port nor an absolute socket path", "Write for example 127.0.0.1:8008");
            }
        }

        for (var i = 0; i < TrustedProxies.Count; i++)
        {
            if (!IPAddress.TryParse(TrustedProxies[i], out _) && !IPNetwork.TryParse(TrustedProxies[i], out _))
            {
                yield return new OptionFault($"Listener:TrustedProxies:{i}", TrustedProxies[i], "is no address or network", "Write for example 127.0.0.1 or 10.0.0.0/8");
            }
        }

        if (DrainTimeout < TimeSpan.Zero)
        {
            yield return new OptionFault("Listener:DrainTimeout", DrainTimeout.ToString(), "is negative", "Write for example \"00:00:10\"");
        }
    }
}
