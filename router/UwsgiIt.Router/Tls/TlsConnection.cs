using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace UwsgiIt.Router.Tls;

/// <summary>What Kestrel and the application may ask about a connection's TLS.</summary>
internal sealed class TlsConnection(TlsSession session, TlsAgreement agreement) : ITlsConnectionFeature, ITlsHandshakeFeature, ITlsApplicationProtocolFeature
{
    private static readonly ReadOnlyMemory<byte> Http2 = "h2"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Http1 = "http/1.1"u8.ToArray();

    private X509Certificate2? _clientCertificate = session.Binding is { HasClientCa: true } && session.PeerCertificate() is { } bytes ? X509CertificateLoader.LoadCertificate(bytes) : null;

    public TlsAgreement Agreement { get; } = agreement;

    public X509Certificate2? ClientCertificate
    {
        get => _clientCertificate;
        set => _clientCertificate = value;
    }

    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = session.IsHttp2 ? Http2 : Http1;

    public SslProtocols Protocol => Agreement.Protocol;

    public TlsCipherSuite? NegotiatedCipherSuite => Agreement.Cipher;

    public string HostName { get; } = session.SniName ?? "";

    // Of SslStream's time; both say nothing that the cipher suite does not.
#pragma warning disable SYSLIB0058
    public CipherAlgorithmType CipherAlgorithm => CipherAlgorithmType.None;

    public int CipherStrength => 0;

    public HashAlgorithmType HashAlgorithm => HashAlgorithmType.None;

    public int HashStrength => 0;

    public ExchangeAlgorithmType KeyExchangeAlgorithm => ExchangeAlgorithmType.None;

    public int KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(_clientCertificate);
}
