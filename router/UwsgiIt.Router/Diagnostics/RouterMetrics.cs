using System.Diagnostics.Metrics;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.ProxyProtocol;
using UwsgiIt.Router.Sessions;
using UwsgiIt.Router.Tls;

namespace UwsgiIt.Router.Diagnostics;

/// <summary>The router's instruments. Tags are of bounded variety: never a customer's key or address.</summary>
internal sealed class RouterMetrics
{
    public const string MeterName = "UwsgiIt.Router";

    private readonly Counter<long> _packets;
    private readonly Counter<long> _upstreamFailures;
    private readonly Counter<long> _proxyRefusals;
    private readonly Counter<long> _sessionRefusals;
    private readonly Counter<long> _acmeOrders;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _droppedHeaders;
    private readonly Counter<long> _connectionRefusals;
    private readonly Counter<long> _handshakes;
    private readonly Counter<long> _handshakeFailures;

    public RouterMetrics(IMeterFactory meterFactory)
    {
        Meter = meterFactory.Create(MeterName);
        _packets = Meter.CreateCounter<long>("uwsgiit.router.subscription.packets", "{packet}", "Subscription datagrams received, by result.");
        _upstreamFailures = Meter.CreateCounter<long>("uwsgiit.router.upstream.failures", "{request}", "Requests of subscribed names answered by the router because of their upstream, by outcome.");
        _proxyRefusals = Meter.CreateCounter<long>("uwsgiit.router.proxy_protocol.refused", "{connection}", "Connections closed for a missing or unbelievable PROXY header, by cause.");
        _sessionRefusals = Meter.CreateCounter<long>("uwsgiit.router.sessions.refused", "{connection}", "Connections to raw listeners closed instead of joined to a node, by cause.");
        _acmeOrders = Meter.CreateCounter<long>("uwsgiit.router.acme.orders", "{order}", "Certificates ordered, by result.");
        _refusals = Meter.CreateCounter<long>("uwsgiit.router.requests.refused", "{request}", "Requests refused before any upstream saw them, by cause.");
        _connectionRefusals = Meter.CreateCounter<long>("uwsgiit.router.connections.refused", "{connection}", "Connections closed because of a limit, by cause.");
        _droppedHeaders = Meter.CreateCounter<long>("uwsgiit.router.headers.dropped", "{header}", "Request headers left out because of a '_' in their name.");
        _handshakes = Meter.CreateCounter<long>("uwsgiit.router.tls.handshakes", "{handshake}", "TLS handshakes completed by OpenSSL, by what was agreed.");
        _handshakeFailures = Meter.CreateCounter<long>("uwsgiit.router.tls.handshake.failures", "{handshake}", "TLS handshakes with OpenSSL that came to nothing, by result.");
    }

    /// <summary>For observable instruments of other folders; register them once, at start.</summary>
    public Meter Meter { get; }

    /// <summary>Counts a datagram; <paramref name="result"/> is an enum member's name.</summary>
    public void PacketReceived(string result)
    {
        if (_packets.Enabled)
        {
            _packets.Add(1, new KeyValuePair<string, object?>("result", result));
        }
    }

    /// <summary>Counts a refusal; <paramref name="cause"/> is an enum member's name, ours or Kestrel's.</summary>
    public void RequestRefused(string cause)
    {
        if (_refusals.Enabled)
        {
            _refusals.Add(1, new KeyValuePair<string, object?>("cause", cause));
        }
    }

    public void ConnectionRefused(ConnectionRefusal refusal)
    {
        if (_connectionRefusals.Enabled)
        {
            _connectionRefusals.Add(1, new KeyValuePair<string, object?>("cause", refusal.ToString()));
        }
    }

    public void HeadersDropped(int count) => _droppedHeaders.Add(count);

    public void UpstreamFailed(ForwardOutcome outcome)
    {
        if (_upstreamFailures.Enabled)
        {
            _upstreamFailures.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));
        }
    }

    /// <summary>Counts an order; <paramref name="result"/> is issued, failed or rate_limited.</summary>
    public void AcmeOrderEnded(string result)
    {
        if (_acmeOrders.Enabled)
        {
            _acmeOrders.Add(1, new KeyValuePair<string, object?>("result", result));
        }
    }

    public void SessionRefused(SessionRefusal refusal)
    {
        if (_sessionRefusals.Enabled)
        {
            _sessionRefusals.Add(1, new KeyValuePair<string, object?>("cause", refusal.ToString()));
        }
    }

    public void ProxyHeaderRefused(ProxyRefusal refusal)
    {
        if (_proxyRefusals.Enabled)
        {
            _proxyRefusals.Add(1, new KeyValuePair<string, object?>("cause", refusal.ToString()));
        }
    }

    public void HandshakeSucceeded(TlsAgreement agreement)
    {
        if (_handshakes.Enabled)
        {
            _handshakes.Add(1, new("protocol", agreement.ProtocolName), new("cipher", agreement.CipherName), new("group", agreement.Group), new("resumed", agreement.IsResumed));
        }
    }

    public void HandshakeFailed(HandshakeResult result)
    {
        if (_handshakeFailures.Enabled)
        {
            _handshakeFailures.Add(1, new KeyValuePair<string, object?>("result", result.ToString()));
        }
    }
}
