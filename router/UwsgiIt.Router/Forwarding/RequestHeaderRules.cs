using System.Buffers;
using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using UwsgiIt.Router.Edge;

namespace UwsgiIt.Router.Forwarding;

/// <summary>What becomes of a request header.</summary>
internal enum HeaderVerdict
{
    Pass = 0,
    Drop,
    DropUnderscore,
    RefuseName,
    RefuseValue,
    RefuseUnderscore,
}

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

    // What other parts of the request say already.
    private static readonly FrozenSet<string> ReservedSet = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "Host", "Content-Length", "Content-Type", RequestId);

    private static readonly SearchValues<char> TokenChars = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> PlainChars = SearchValues.Create("!#$%&'*+-.^`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // What ends a field or a line further on. HTTP/2 can carry them; Kestrel lets some through.
    private static readonly SearchValues<char> BreakingChars = SearchValues.Create("\r\n\0");

    /// <summary>What becomes of a header of a client's request.</summary>
    public static HeaderVerdict Judge(string name, in StringValues values, string? nominated, UnderscorePolicy underscores)
    {
        if (name.AsSpan().ContainsAnyExcept(PlainChars))
        {
            if (name.StartsWith(':'))
            {
                return HeaderVerdict.Drop;
            }

            if (name.AsSpan().ContainsAnyExcept(TokenChars))
            {
                return HeaderVerdict.RefuseName;
            }

            if (underscores != UnderscorePolicy.Pass)
            {
                return underscores == UnderscorePolicy.Drop ? HeaderVerdict.DropUnderscore : HeaderVerdict.RefuseUnderscore;
            }

            // X_Forwarded_For is not to get through where X-Forwarded-For does not.
            var plain = name.Replace('_', '-');
            if (Dropped.Contains(plain) || ReservedSet.Contains(plain) || (nominated is not null && IsNominated(nominated, plain)))
            {
                return HeaderVerdict.DropUnderscore;
            }
        }

        if (name.Length == 0 || Dropped.Contains(name) || (nominated is not null && IsNominated(nominated, name)))
        {
            return HeaderVerdict.Drop;
        }

        for (var i = 0; i < values.Count; i++)
        {
            if (values[i].AsSpan().ContainsAny(BreakingChars))
            {
                return HeaderVerdict.RefuseValue;
            }
        }

        return HeaderVerdict.Pass;
    }

    /// <summary>For a request whose route has transforms: theirs is the last word, but for what belongs to a connection.</summary>
    public static bool IsForwardedAfterTransforms(string name) => name.Length > 0 && !HopByHopSet.Contains(name);

    /// <summary>
    /// Takes off a request what a client may not say to an upstream, before YARP copies its headers or has transforms look at them. What
    /// belongs to the connection stays: YARP reads it, and does not pass it on.
    /// </summary>
    public static RequestRefusal RemoveUntrusted(IHeaderDictionary headers, UnderscorePolicy underscores, out int dropped)
    {
        dropped = 0;
        var refusal = RequestRefusal.None;
        var nominated = GetNominated(headers);
        foreach (var name in headers.Keys.ToArray())
        {
            if (HopByHopSet.Contains(name) || name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var verdict = Judge(name, headers[name], nominated, underscores);
            refusal = RefusalOf(verdict) is var found and not RequestRefusal.None ? found : refusal;
            dropped += verdict == HeaderVerdict.DropUnderscore ? 1 : 0;
            if (verdict != HeaderVerdict.Pass && !name.StartsWith(':'))
            {
                headers.Remove(name);
            }
        }

        return refusal;
    }

    public static RequestRefusal RefusalOf(HeaderVerdict verdict) => verdict switch
    {
        HeaderVerdict.RefuseName => RequestRefusal.HeaderName,
        HeaderVerdict.RefuseValue => RequestRefusal.HeaderValue,
        HeaderVerdict.RefuseUnderscore => RequestRefusal.Underscore,
        _ => RequestRefusal.None,
    };

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
