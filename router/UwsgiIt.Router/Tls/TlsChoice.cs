using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Tls;

/// <summary>The engine that runs, and why it is not the one asked for.</summary>
internal sealed record TlsChoice(TlsEngine Engine, string? Problem)
{
    /// <summary>For the stats: engine, and which library.</summary>
    public string Text => Engine == TlsEngine.OpenSsl ? $"openssl ({OpenSslLibrary.Version})" : "sslstream";

    public static TlsChoice Make(TlsOptions tls, TransportOptions transport) =>
        tls.Engine == TlsEngine.SslStream ? new(TlsEngine.SslStream, null)
        : transport.Kind == TransportKind.Sockets ? new(TlsEngine.SslStream, $"Transport:Kind is {transport.Kind}")
        : OpenSslLibrary.Problem is { } problem ? new(TlsEngine.SslStream, problem)
        : new(TlsEngine.OpenSsl, null);
}
