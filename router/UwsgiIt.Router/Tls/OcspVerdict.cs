namespace UwsgiIt.Router.Tls;

/// <summary>What an answer of a responder says of a certificate.</summary>
internal enum OcspVerdict
{
    /// <summary>It is no answer, not for this certificate, not its authority's, or out of date.</summary>
    Unusable = 0,

    /// <summary>The responder does not know, or asks to come again.</summary>
    Unknown,

    Good,

    Revoked,
}
