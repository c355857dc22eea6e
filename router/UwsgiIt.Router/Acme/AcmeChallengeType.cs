namespace UwsgiIt.Router.Acme;

/// <summary>How a name is proven to be ours.</summary>
internal enum AcmeChallengeType
{
    /// <summary>A file under <c>/.well-known/acme-challenge/</c>, asked for on port 80 (RFC 8555, 8.3).</summary>
    Http01 = 0,

    /// <summary>A certificate in a handshake on port 443 (RFC 8737).</summary>
    TlsAlpn01,

    /// <summary>A TXT record, set by a program of the operator's (RFC 8555, 8.4). The only one for wildcards.</summary>
    Dns01,
}
