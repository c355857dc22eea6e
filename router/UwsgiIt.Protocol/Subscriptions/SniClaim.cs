namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>The certificate a packet brings for its name: each value is a file path, or PEM text when it starts with <c>-----BEGIN </c>.</summary>
/// <param name="PrivateKey">The packet's <c>sni_key</c>. Secret when inline: never log it.</param>
/// <param name="Certificate">The packet's <c>sni_crt</c>: leaf first, then the chain.</param>
/// <param name="ClientCa">The packet's <c>sni_ca</c> without its leading '!', or null when clients need no certificate.</param>
/// <param name="ClientCertificateRequired">True when <c>sni_ca</c> began with '!': no valid client certificate, no request.</param>
public sealed record SniClaim(string PrivateKey, string Certificate, string? ClientCa, bool ClientCertificateRequired)
{
    /// <summary>Shows paths and flags only; inline PEM is never printed.</summary>
    public override string ToString() => $"SniClaim {{ Inline = {IsInline(PrivateKey)}, ClientCa = {ClientCa is not null}, Required = {ClientCertificateRequired} }}";

    /// <summary>True when the value is PEM text rather than a path.</summary>
    public static bool IsInline(string value) => value.StartsWith("-----BEGIN ", StringComparison.Ordinal);
}
