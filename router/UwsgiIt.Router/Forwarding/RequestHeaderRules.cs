using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace UwsgiIt.Router.Forwarding;

/// <summary>Which request headers reach an upstream.</summary>
internal static class RequestHeaderRules
{
    // RFC 9110, 7.6.1: they were said to us.
    private static readonly string[] HopByHop =
    [
        "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "HTTP2-Settings", "Proxy-Authenticate", "Proxy-Authorization", "Expect",
    ];

    private static readonly FrozenSet<string> HopByHopSet = HopByHop.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Dropped = HopByHop.Concat([
        // Becomes HTTP_PROXY, which many CGI libraries believe in.
        "Proxy",

        // What only a trusted proxy may say; we say it anew where the protocol has a place for it.
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-SSL", "X-Forwarded-Server", "X-Real-IP",
    ]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// True when the header is passed on. Names with '_' are not: to a CGI-like backend <c>X_Foo</c> and <c>X-Foo</c> are one variable, so a
    /// client could override what a trusted proxy set.
    /// </summary>
    public static bool IsForwarded(string name, string? nominated) =>
        name.Length > 0 && name[0] != ':' && !name.Contains('_', StringComparison.Ordinal) && !Dropped.Contains(name) && (nominated is null || !IsNominated(nominated, name));

    /// <summary>The same for a request whose route has transforms: theirs is the last word, but for what belongs to a connection.</summary>
    public static bool IsForwarded(string name, string? nominated, bool isTransformed) =>
        isTransformed ? name.Length > 0 && !HopByHopSet.Contains(name) : IsForwarded(name, nominated);

    /// <summary>Name of the header that carries the request's id to upstreams while the access log is on; a client's own is then replaced.</summary>
    public const string RequestId = "X-Request-Id";

    /// <summary>The id to send along, or null while nobody logs it.</summary>
    public static string? GetRequestId(HttpContext context) => context.Features.Get<Routing.RequestTrace>() is null ? null : context.TraceIdentifier;

    public static bool IsReplaced(string name, string? requestId) => requestId is not null && name.Equals(RequestId, StringComparison.OrdinalIgnoreCase);

    /// <summary>The Connection header when it names anything beside the usual words, else null.</summary>
    public static string? GetNominated(IHeaderDictionary headers)
    {
        var connection = headers.Connection;
        if (connection.Count == 0)
        {
            return null;
        }

        if (connection.Count == 1 && connection[0] is { } only
            && (only.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) || only.Equals("close", StringComparison.OrdinalIgnoreCase) || only.Equals("upgrade", StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        return connection.ToString();
    }

    public static bool IsNominated(string nominated, string name)
    {
        foreach (var part in nominated.AsSpan().Split(','))
        {
            if (nominated.AsSpan(part).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How repeated fields become one: cookies by "; " (RFC 6265, 5.4), all others by ", ".</summary>
    public static ReadOnlySpan<byte> Separator(string name) => name.Equals(HeaderNames.Cookie, StringComparison.OrdinalIgnoreCase) ? "; "u8 : ", "u8;

    /// <summary>Length in characters of the joined values.</summary>
    public static int JoinedLength(in StringValues values)
    {
        var length = 0;
        for (var i = 0; i < values.Count; i++)
        {
            length += (values[i]?.Length ?? 0) + (i > 0 ? 2 : 0);
        }

        return length;
    }

    /// <summary>Writes the joined values; <paramref name="destination"/> has exactly their length.</summary>
    public static void WriteJoined(string name, in StringValues values, Span<byte> destination)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0)
            {
                Separator(name).CopyTo(destination);
                destination = destination[2..];
            }

            var value = values[i] ?? "";
            System.Text.Encoding.Latin1.GetBytes(value, destination);
            destination = destination[value.Length..];
        }
    }
}
