using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Planning;

/// <summary>What is measured to fit costs, and other mixes to be predicted.</summary>
internal static class CalibrationSet
{
    private const int KiB = 1024;

    /// <summary>
    /// Together they have every primitive, most in two amounts or more. A connection among kept ones costs the router more than one of many:
    /// accepting is then no matter of batches. So connections and handshakes are measured in company, as they are met.
    /// </summary>
    public static IReadOnlyList<PlannedMix> Fitted { get; } =
    [
        Kind("http", new()),
        Kind("http 1 KiB", new(ResponseBytes: KiB)),
        Kind("http 8 KiB", new(ResponseBytes: 8 * KiB)),
        Kind("http 64 KiB", new(ResponseBytes: 64 * KiB)),
        Kind("http 256 KiB", new(ResponseBytes: 256 * KiB)),
        Kind("http 1 MiB", new(ResponseBytes: 1024 * KiB)),
        Kind("upload 1 KiB", new(RequestBytes: 1 * KiB)),
        Kind("upload 16 KiB", new(RequestBytes: 16 * KiB)),
        Kind("upload 256 KiB", new(RequestBytes: 256 * KiB)),
        Kind("uwsgi", new(Upstream: Upstream.Uwsgi)),
        Kind("uwsgi 16 KiB", new(ResponseBytes: 16 * KiB, Upstream: Upstream.Uwsgi)),
        Kind("uwsgi upload 8 KiB", new(RequestBytes: 8 * KiB, Upstream: Upstream.Uwsgi)),
        Kind("fastcgi", new(Upstream: Upstream.FastCgi)),
        Kind("fastcgi 16 KiB", new(ResponseBytes: 16 * KiB, Upstream: Upstream.FastCgi)),
        Kind("websocket", new(RequestBytes: 64, Protocol: LoadProtocol.WebSocket)),
        Kind("tls", new(Tls: true)),
        Kind("tls 8 KiB", new(ResponseBytes: 8 * KiB, Tls: true)),
        Kind("tls 64 KiB", new(ResponseBytes: 64 * KiB, Tls: true)),
        Kind("tls 1 MiB", new(ResponseBytes: 1024 * KiB, Tls: true)),
        Kind("tls upload 8 KiB", new(RequestBytes: 8 * KiB, Tls: true)),
        Kind("tls upload 128 KiB", new(RequestBytes: 128 * KiB, Tls: true)),
        Kind("h2", new(Tls: true, Protocol: LoadProtocol.Http2)),
        Kind("h2 32 KiB", new(ResponseBytes: 32 * KiB, Tls: true, Protocol: LoadProtocol.Http2)),
        new([new(4, Tls: true), new(1, Tls: true, Protocol: LoadProtocol.Http2)], "some h2 among tls"),
        new([new(1, RequestBytes: 64, Protocol: LoadProtocol.WebSocket), new(3)], "some websocket"),
        new([new(3), new(1, Connection: ConnectionKind.New)], "some new connections"),
        new([new(1), new(3, Connection: ConnectionKind.New)], "mostly new connections"),
        new([new(8, Tls: true), new(1, Tls: true, Connection: ConnectionKind.New)], "some ecdsa handshakes"),
        new([new(1, Tls: true), new(3, Tls: true, Connection: ConnectionKind.New)], "mostly ecdsa handshakes"),
        new([new(5, Tls: true), new(1, Tls: true, Connection: ConnectionKind.New, Key: CertificateKey.Rsa)], "some rsa handshakes"),
        new([new(6, Tls: true), new(1, Tls: true, Connection: ConnectionKind.Resumed)], "some resumed handshakes"),
        new([new(1, Tls: true), new(3, Tls: true, Connection: ConnectionKind.Resumed)], "mostly resumed handshakes"),
        new([new(4), new(2, 16 * KiB), new(1, Upstream: Upstream.Uwsgi)], "pages over http and uwsgi"),
        new([new(10), new(1, 256 * KiB), new(1, RequestBytes: 64 * KiB)], "small with downloads and uploads"),
        new([new(5, Upstream: Upstream.Uwsgi), new(1, Tls: true, Connection: ConnectionKind.New), new(4, Tls: true)], "uwsgi with new tls clients"),
    ];

    /// <summary>Ten mixes that nothing was fitted to.</summary>
    public static IReadOnlyList<PlannedMix> HeldOut { get; } =
    [
        new([new(8, 2 * KiB), new(2, 24 * KiB), new(1, 128 * KiB)], "web pages"),
        new([new(8, 2 * KiB, Tls: true), new(2, 24 * KiB, Tls: true), new(1, 128 * KiB, Tls: true), new(0.5, Tls: true, Connection: ConnectionKind.New)], "web pages over tls"),
        new([new(7, 4 * KiB, Upstream: Upstream.Uwsgi), new(3, 4 * KiB, 2 * KiB, Upstream.Uwsgi)], "python application"),
        new([new(5, 4 * KiB, Upstream: Upstream.FastCgi), new(5, 10 * KiB)], "php application with static files"),
        new([new(9, 512, Tls: true), new(1, 512, 4 * KiB, Tls: true)], "api over tls"),
        new([new(1, 512 * KiB), new(4, 32 * KiB)], "downloads"),
        new([new(1, RequestBytes: 512 * KiB), new(6)], "uploads"),
        new([new(3, Connection: ConnectionKind.New), new(3), new(2, Upstream: Upstream.Uwsgi)], "clients that do not keep connections"),
        new([new(20, RequestBytes: 128, Protocol: LoadProtocol.WebSocket), new(3, 8 * KiB), new(1, Upstream: Upstream.Uwsgi)], "chat"),
        new([new(6, Tls: true), new(1, Tls: true, Connection: ConnectionKind.New, Key: CertificateKey.Rsa), new(2, Tls: true, Connection: ConnectionKind.Resumed), new(3, 16 * KiB, Tls: true, Protocol: LoadProtocol.Http2)], "tls of all kinds"),
    ];

    private static PlannedMix Kind(string name, PlannedRequest request) => new([request], name);
}
