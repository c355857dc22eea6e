using System.Net;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.Acme;
using UwsgiIt.Router.FastRouter;
using UwsgiIt.Router.ProxyProtocol;
using UwsgiIt.Router.Sessions;
using UwsgiIt.Router.Tls;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Hosting;

/// <summary>Kestrel as an edge: our listeners, our limits, bytes as they came.</summary>
internal static class KestrelSetup
{
    // Lines end with CR LF alone: where one reader takes a bare LF for an end and the next does not, one request becomes two.
    private const string StrictLinesSwitch = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    // Ours: what a stalled upload may make us hold; Kestrel's own are three times this, for servers with nobody in front.
    private const int StreamWindowBytes = 256 * 1024;
    private const int ConnectionWindowBytes = 384 * 1024;

    // Ours: a client that is gone without a word is found in less than a minute.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);

    public static void Apply(KestrelServerOptions kestrel, ListenerOptions options, LimitsOptions limits)
    {
        AppContext.SetSwitch(StrictLinesSwitch, true);
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.RequestHeadersTimeout = options.RequestHeadTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxRequestHeadBytes;
        kestrel.Limits.MaxRequestBodySize = options.MaxRequestBodyBytes;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.MinRequestRate, limits.MinDataRateGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(limits.MinResponseRate, limits.MinDataRateGrace);
        kestrel.Limits.Http2.MaxStreamsPerConnection = limits.MaxStreams;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        kestrel.Limits.Http2.KeepAlivePingDelay = PingDelay;
        kestrel.Limits.Http2.KeepAlivePingTimeout = PingTimeout;

        // Header bytes are not ours to interpret.
        kestrel.RequestHeaderEncodingSelector = HeaderEncodings.Select;
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        foreach (var endpoint in options.EffectiveEndpoints)
        {
            Listen(kestrel, endpoint, options);
        }
    }

    private static void Listen(KestrelServerOptions kestrel, EndpointOptions endpoint, ListenerOptions options)
    {
        if (!ListenAddress.TryParse(endpoint.Address, out var address))
        {
            throw new InvalidDataException($"{endpoint.Address} is not an address to listen on.");
        }

        if (address.EndPoint is { } ip)
        {
            kestrel.Listen(ip, listen => Configure(listen, endpoint, options));
        }
        else if (address.UnixPath is { } path)
        {
            // A stale socket of ours; anything else at that path makes the bind fail, as it should.
            if (File.Exists(path) && (File.GetAttributes(path) & FileAttributes.Directory) == 0 && new FileInfo(path).Length == 0)
            {
                File.Delete(path);
            }

            kestrel.ListenUnixSocket(path, listen => Configure(listen, endpoint, options));
        }
        else
        {
            var descriptors = PassedDescriptors.Find(address.DescriptorName!);
            if (descriptors.Count == 0)
            {
                throw new InvalidDataException($"The service manager passed no socket named {address.DescriptorName}.");
            }

            foreach (var descriptor in descriptors)
            {
                kestrel.ListenHandle(descriptor, listen => Configure(listen, endpoint, options));
            }
        }
    }

    private static void Configure(ListenOptions listen, EndpointOptions endpoint, ListenerOptions options)
    {
        listen.UseCarrier();

        // Whoever comes after this sees the client's address, not the load balancer's.
        if (endpoint.ProxyProtocol)
        {
            listen.UseProxyProtocol(endpoint.ProxySenders, options.RequestHeadTimeout);
        }

        if (endpoint.Kind == EndpointKind.Uwsgi)
        {
            // A web server in front is one address with everybody's requests.
            listen.UseConnectionLimits(perAddress: false);
            listen.UseUwsgi(endpoint);
            return;
        }

        listen.UseConnectionLimits();
        if (endpoint.Kind is EndpointKind.Tcp or EndpointKind.TlsPassthrough)
        {
            listen.UseRawSessions(endpoint);
            return;
        }

        if (endpoint.Tls)
        {
            listen.UseHandshakeLimits();
            listen.UseAcmeAlpn(options.RequestHeadTimeout);
            listen.UseRouterTls(endpoint.Http3);
            listen.UseHandshakeEnd();
        }
        else
        {
            listen.Protocols = endpoint.H2c ? HttpProtocols.Http2 : HttpProtocols.Http1;
        }

        if (endpoint.Rtsp || endpoint.Source)
        {
            listen.UseStreaming(endpoint);
        }

        if (listen.Protocols != HttpProtocols.Http1)
        {
            listen.UseHttp2Limits();
        }
    }
}
