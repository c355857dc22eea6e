using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Planning;

/// <summary>How a request comes by its connection.</summary>
internal enum ConnectionKind
{
    /// <summary>On one that is kept.</summary>
    Kept = 0,

    /// <summary>On one of its own, over TLS with a full handshake.</summary>
    New,

    /// <summary>On one of its own, over TLS with a resumed session.</summary>
    Resumed,
}

/// <summary>One kind of request of a traffic mix.</summary>
/// <param name="Weight">Its share, relative to the others'.</param>
/// <param name="ResponseBytes">Length of the answer's body, at most 64 MiB; 13 when not given.</param>
/// <param name="RequestBytes">Length of the request's body, or of the WebSocket message, at most 64 MiB.</param>
/// <param name="Upstream">http, uwsgi or fastCgi.</param>
/// <param name="Tls">Over TLS or not.</param>
/// <param name="Connection">kept, new or resumed.</param>
/// <param name="Key">Of the certificate: ecdsa or rsa.</param>
/// <param name="Protocol">http1, http2 (over TLS) or webSocket.</param>
internal sealed record PlannedRequest(
    double Weight = 1, int ResponseBytes = 13, int RequestBytes = 0, Upstream Upstream = Upstream.Http, bool Tls = false,
    ConnectionKind Connection = ConnectionKind.Kept, CertificateKey Key = CertificateKey.Ecdsa, LoadProtocol Protocol = LoadProtocol.Http1)
{
    private const int MaxBytes = 64 << 20;

    /// <summary>What is wrong with it, or null.</summary>
    public string? Fault =>
        !(Weight > 0) || !double.IsFinite(Weight) ? "weight: a number above 0"
        : ResponseBytes is < 0 or > MaxBytes ? $"responseBytes: 0 to {MaxBytes}"
        : RequestBytes is < 0 or > MaxBytes ? $"requestBytes: 0 to {MaxBytes}"
        : Protocol == LoadProtocol.Http2 && !Tls ? "protocol: http2 is planned over TLS only"
        : Protocol != LoadProtocol.Http1 && Connection != ConnectionKind.Kept ? "connection: only http1 is planned with connections of its own"
        : Protocol == LoadProtocol.WebSocket && Upstream != Upstream.Http ? "upstream: a webSocket's is http"
        : Connection == ConnectionKind.Resumed && !Tls ? "connection: only TLS resumes"
        : Key == CertificateKey.Rsa && !Tls ? "key: without TLS there is none"
        : null;

    /// <summary>The same for the load generator.</summary>
    public TrafficItem ToItem() => new(
        Protocol == LoadProtocol.WebSocket || ResponseBytes == 13 ? "/" : $"/{ResponseBytes}", Weight, RequestBytes > 0 && Protocol != LoadProtocol.WebSocket ? "POST" : "GET",
        PlannedRouter.NameOf(Upstream, Key), RequestBytes, Protocol, Tls, Protocol != LoadProtocol.Http1 ? null : Connection == ConnectionKind.Kept, Connection != ConnectionKind.New);
}
