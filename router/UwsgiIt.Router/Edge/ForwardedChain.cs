namespace UwsgiIt.Router.Edge;

/// <summary>What a trusted proxy said of the client, our own peer appended. A request without it came from the client itself, as far as we know.</summary>
/// <param name="For">X-Forwarded-For to send on.</param>
/// <param name="Host">X-Forwarded-Host to send on, or null for the Host of the request.</param>
/// <param name="Forwarded">Forwarded (RFC 7239) to send on, or null where the proxy does not use it.</param>
internal sealed record ForwardedChain(string For, string? Host, string? Forwarded);
