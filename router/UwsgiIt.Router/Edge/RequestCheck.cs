using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace UwsgiIt.Router.Edge;

/// <summary>
/// What Kestrel lets through and a backend may read in another way. Header names and values are looked at where they are written for the
/// upstream, so that no request walks its headers twice.
/// </summary>
internal static class RequestCheck
{
    private static readonly SearchValues<char> Telling = SearchValues.Create("%\\?");

    public static RequestRefusal Check(HttpContext context, NamePolicy policy)
    {
        var request = context.Request;
        var headers = request.Headers;
        if (headers.TransferEncoding is { Count: > 0 } coding && CheckCoding(request, coding) is var faulty and not RequestRefusal.None)
        {
            return faulty;
        }

        if (!HttpProtocol.IsHttp11(request.Protocol) && !HttpProtocol.IsHttp10(request.Protocol) && (headers.Upgrade.Count > 0 || headers.KeepAlive.Count > 0 || headers.ProxyConnection.Count > 0))
        {
            return RequestRefusal.ConnectionHeader;
        }

        if (headers.Host is not { Count: 1 } host || !IsName(host[0]))
        {
            return RequestRefusal.Host;
        }

        if (!IsForwardable(context))
        {
            return RequestRefusal.Method;
        }

        return CheckTarget(context.Features.Get<IHttpRequestFeature>()!.RawTarget, policy);
    }

    private static RequestRefusal CheckCoding(HttpRequest request, Microsoft.Extensions.Primitives.StringValues coding)
    {
        if (coding.Count != 1 || !"chunked".Equals(coding[0], StringComparison.OrdinalIgnoreCase))
        {
            return RequestRefusal.TransferCoding;
        }

        if (!HttpProtocol.IsHttp11(request.Protocol))
        {
            return RequestRefusal.TransferCodingVersion;
        }

        // Where both were there Kestrel believes the coding and renames the length; there is no other trace of it.
        return request.Headers.ContainsKey("X-Content-Length") ? RequestRefusal.LengthAndTransferCoding : RequestRefusal.None;
    }

    /// <summary>Kestrel has checked the characters of a Host, but takes an empty one and empty labels.</summary>
    private static bool IsName(string? host) => !string.IsNullOrEmpty(host) && host[0] is not ('.' or ':') && !host.Contains("..", StringComparison.Ordinal);

    /// <summary>We are no forward proxy, and TRACE would show a script the cookies it may not read.</summary>
    private static bool IsForwardable(HttpContext context)
    {
        var method = context.Request.Method;
        return HttpMethods.IsConnect(method) ? context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } : !HttpMethods.IsTrace(method);
    }

    private static RequestRefusal CheckTarget(ReadOnlySpan<char> target, NamePolicy policy)
    {
        if (target.ContainsAnyExceptInRange('!', '~'))
        {
            return RequestRefusal.Target;
        }

        if (target.Length > 0 && target[0] != '/')
        {
            var authority = target.IndexOf("://", StringComparison.Ordinal);
            if (authority >= 0)
            {
                target = target[(authority + 3)..];
                var path = target.IndexOfAny('/', '?');
                if ((path < 0 ? target : target[..path]).Contains('@'))
                {
                    return RequestRefusal.Target;
                }
            }
        }

        return target.IndexOfAny(Telling) is var at and >= 0 && target[at] != '?' ? CheckEscapes(target[at..], policy) : RequestRefusal.None;
    }

    private static RequestRefusal CheckEscapes(ReadOnlySpan<char> target, NamePolicy policy)
    {
        var question = target.IndexOf('?');
        var path = question < 0 ? target : target[..question];
        for (var at = 0; at < path.Length; at++)
        {
            var isAllowed = path[at] switch
            {
                '\\' => policy.EncodedBackslashes,
                '%' when path[at..].StartsWith("%2f", StringComparison.OrdinalIgnoreCase) => policy.EncodedSlashes,
                '%' when path[at..].StartsWith("%5c", StringComparison.OrdinalIgnoreCase) => policy.EncodedBackslashes,
                '%' when path[at..].StartsWith("%00", StringComparison.Ordinal) => false,
                _ => true,
            };
            if (!isAllowed)
            {
                return RequestRefusal.EncodedPath;
            }
        }

        return RequestRefusal.None;
    }
}
