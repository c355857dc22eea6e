namespace UwsgiIt.Router.Sessions;

/// <summary>What the router reads of a TLS client's first message.</summary>
/// <param name="ServerName">The SNI name in lower case without a trailing dot, or null.</param>
/// <param name="IsAcmeChallenge">True when the one protocol offered is <c>acme-tls/1</c> (RFC 8737).</param>
internal sealed record ClientHello(string? ServerName, bool IsAcmeChallenge);
