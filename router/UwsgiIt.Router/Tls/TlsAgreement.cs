using System.Net.Security;
using System.Security.Authentication;

namespace UwsgiIt.Router.Tls;

/// <summary>What client and router agreed on. Names are OpenSSL's or IANA's, of which there are few.</summary>
internal sealed class TlsAgreement(SslProtocols protocol, TlsCipherSuite cipher, string cipherName, string group, bool isResumed)
{
    private long _count;

    public SslProtocols Protocol { get; } = protocol;

    public TlsCipherSuite Cipher { get; } = cipher;

    public string CipherName { get; } = cipherName;

    /// <summary>Of the key exchange; <c>none</c> for a session that was resumed without one.</summary>
    public string Group { get; } = group;

    public bool IsResumed { get; } = isResumed;

    /// <summary>Handshakes that ended in it.</summary>
    public long Count => Volatile.Read(ref _count);

    public void AddOne() => Interlocked.Increment(ref _count);

    public string ProtocolName => Protocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2";
}
