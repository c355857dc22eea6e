namespace UwsgiIt.LoadTest;

/// <summary>One kind of request of a mix. Null means: as the plan has it.</summary>
/// <param name="Path">Origin form, with its query.</param>
/// <param name="Weight">Its share of the requests, relative to the others'.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Host">Host header and SNI.</param>
/// <param name="BodyBytes">Length of the request's body, at most 64 MiB; of the message with WebSocket.</param>
/// <param name="Protocol">http1, http2 or webSocket.</param>
/// <param name="Tls">Over TLS or not.</param>
/// <param name="KeepAlive">False: on a connection of its own.</param>
/// <param name="Resume">False: with a full handshake where a connection is opened.</param>
internal sealed record TrafficItem(
    string Path, double Weight = 1, string Method = "GET", string? Host = null, int BodyBytes = 0, LoadProtocol? Protocol = null, bool? Tls = null, bool? KeepAlive = null, bool? Resume = null)
{
    private const int MaxBodyBytes = 64 << 20;
    private const int MaxPathBytes = 8 * 1024;

    /// <summary>What is wrong with it, or null.</summary>
    public string? Fault =>
        Path is not ['/', ..] || Path.Length > MaxPathBytes || Path.Any(static character => character is <= ' ' or > '~') ? "path: from / on, printable ASCII without spaces, at most 8 KiB"
        : !(Weight > 0) || !double.IsFinite(Weight) ? "weight: a number above 0"
        : BodyBytes is < 0 or > MaxBodyBytes ? "bodyBytes: 0 to 67108864"
        : Method is not { Length: > 0 and <= 32 } || !Method.All(char.IsAsciiLetterUpper) ? "method: upper case letters"
        : Host is not null && (Host.Length is 0 or > 255 || !Host.All(static character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or ':' or '[' or ']')) ? "host: a name or address"
        : Protocol == LoadProtocol.Http2 && KeepAlive == false ? "keepAlive: HTTP/2 keeps its connections"
        : null;
}
