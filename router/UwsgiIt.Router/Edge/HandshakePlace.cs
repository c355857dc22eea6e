using UwsgiIt.Router.Certificates;

namespace UwsgiIt.Router.Edge;

/// <summary>A connection's place among the handshakes under way. Guarded by the lock of <see cref="HandshakeLimits"/>.</summary>
internal sealed class HandshakePlace(HandshakeLimits limits, ClientAccount account)
{
    public ClientAccount Account { get; } = account;

    /// <summary>What the name asked for is served with, once it is known.</summary>
    public CertificateBinding? Name { get; set; }

    public bool IsOver { get; set; }

    /// <summary>False when the name has its share of handshakes under way.</summary>
    public bool TryName(CertificateBinding name) => limits.TryName(this, name);
}
