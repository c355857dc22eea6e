using System.Buffers;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// Reads a response head in place and puts its headers on the client's response. The upstream is as hostile as a client: control
/// characters, odd lengths, two lengths, or a transfer coding where the protocol has none refuse the whole answer.
/// </summary>
internal static class ResponseHeadReader
{
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create([.. Enumerable.Range(0, 32).Where(static value => value is not ('\t' or '\n')).Select(static value => (byte)value), 0x7f]);

    private static readonly SearchValues<byte> VersionBytes = SearchValues.Create("0123456789."u8);

    // Names seen all the time, so that they are not made into strings again and again.
    private static readonly FrozenDictionary<string, string> KnownNames = new[]
    {
        HeaderNames.ContentType, HeaderNames.ContentEncoding, HeaderNames.ContentLanguage, HeaderNames.ContentDisposition, HeaderNames.ContentRange, HeaderNames.ContentSecurityPolicy,
        HeaderNames.CacheControl, HeaderNames.Date, HeaderNames.ETag, HeaderNames.Expires, HeaderNames.LastModified, HeaderNames.Location, HeaderNames.Server, HeaderNames.SetCookie,
        HeaderNames.Vary, HeaderNames.AcceptRanges, HeaderNames.Age, HeaderNames.Allow, HeaderNames.Pragma, HeaderNames.Link, HeaderNames.RetryAfter, HeaderNames.WWWAuthenticate,
        HeaderNames.StrictTransportSecurity, HeaderNames.XContentTypeOptions, HeaderNames.XFrameOptions, HeaderNames.XPoweredBy, HeaderNames.AccessControlAllowOrigin,
    }.ToFrozenDictionary(static name => name, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> KnownLookup = KnownNames.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Length of the head with its empty line, or -1 while that has not arrived.</summary>
    public static int FindEnd(ReadOnlySpan<byte> buffer, bool allowBareLineFeed)
    {
        var end = buffer.IndexOf("\r\n\r\n"u8);
        if (!allowBareLineFeed)
        {
            return end < 0 ? -1 : end + 4;
        }

        // CGI programs may end lines with LF alone; whichever empty line comes first ends the head.
        var bare = buffer.IndexOf("\n\n"u8);
        var mixed = buffer.IndexOf("\n\r\n"u8);
        var first = end < 0 ? -1 : end + 4;
        first = bare >= 0 && (first < 0 || bare + 2 < first) ? bare + 2 : first;
        return mixed >= 0 && (first < 0 || mixed + 3 < first) ? mixed + 3 : first;
    }

    /// <summary>Reads a whole head as found by <see cref="FindEnd"/>. False refuses the answer; headers may then be left on the response.</summary>
    public static bool TryRead(ReadOnlySpan<byte> head, bool isHttp, int maxHeaders, IHeaderDictionary headers, out ResponseHead result)
    {
        result = new ResponseHead();
        var lines = head;
        if (!TryReadLine(ref lines, isHttp, out var first))
        {
            return false;
        }

        var hasStatusLine = first.StartsWith("HTTP/"u8);
        if (hasStatusLine ? !TryReadStatusLine(first, isHttp, ref result) : isHttp)
        {
            return false;
        }

        string? nominated = null;
        var count = 0;
        var line = first;
        if (hasStatusLine && !TryReadLine(ref lines, isHttp, out line))
        {
            return false;
        }

        for (; !line.IsEmpty; count++)
        {
            if (count >= maxHeaders || !TryReadHeader(line, isHttp, headers, ref result, ref nominated) || !TryReadLine(ref lines, isHttp, out line))
            {
                return false;
            }
        }

        if (result.StatusCode == 0)
        {
            // CGI without a Status line (RFC 3875, 6.2): a redirect when it says where to, else all is well.
            result.StatusCode = headers.Location.Count > 0 ? 302 : 200;
        }

        RemoveNominated(nominated, headers);
        return !result.IsChunked || result.ContentLength < 0;
    }

    private static bool TryReadLine(ref ReadOnlySpan<byte> rest, bool isHttp, out ReadOnlySpan<byte> line)
    {
        line = default;
        var end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            return false;
        }

        line = rest[..end];
        rest = rest[(end + 1)..];
        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
        }
        else if (isHttp)
        {
            return false;
        }

        // A folded line, a lone CR or a NUL is how one answer becomes two further on; other control characters no client has to take.
        return !line.ContainsAny(ControlBytes) && (line.IsEmpty || line[0] is not ((byte)' ' or (byte)'\t'));
    }

    /// <summary>HTTP/1.x SP 3DIGIT [SP reason]. A CGI-like upstream repeats SERVER_PROTOCOL there, so its version may be any.</summary>
    private static bool TryReadStatusLine(ReadOnlySpan<byte> line, bool isHttp, ref ResponseHead result)
    {
        var space = line.IndexOf((byte)' ');
        var version = space < 0 ? default : line["HTTP/".Length..space];
        var status = line[(space + 1)..];
        if (version.IsEmpty || version.ContainsAnyExcept(VersionBytes) || (isHttp && !(version.SequenceEqual("1.1"u8) || version.SequenceEqual("1.0"u8)))
            || status.Length < 3 || (status.Length > 3 && status[3] != ' '))
        {
            return false;
        }

        result.KeepsAlive = version.SequenceEqual("1.1"u8);
        return TryReadStatus(status[..3], ref result);
    }

    private static bool TryReadStatus(ReadOnlySpan<byte> digits, ref ResponseHead result)
    {
        var parsed = Utf8Parser.TryParse(digits, out int status, out var length) && length == 3 && status is >= 100 and <= 599;
        result.StatusCode = status;
        return parsed;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> line, bool isHttp, IHeaderDictionary headers, ref ResponseHead result, ref string? nominated)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes))
        {
            return false;
        }

        var name = line[..colon];
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (Is(name, "Content-Length"u8))
        {
            return TryReadLength(value, ref result);
        }

        if (Is(name, "Transfer-Encoding"u8))
        {
            // Only HTTP has transfer codings, and of those we know one; said twice it is not the one we know.
            var isFirst = !result.IsChunked;
            result.IsChunked = true;
            return isHttp && isFirst && Is(value, "chunked"u8);
        }

        if (Is(name, "Status"u8) && !isHttp)
        {
            return value.Length >= 3 && (value.Length == 3 || value[3] == ' ') && TryReadStatus(value[..3], ref result);
        }

        if (Is(name, "Connection"u8))
        {
            ReadConnection(value, ref result, ref nominated);
            return true;
        }

        if (Is(name, "Upgrade"u8))
        {
            result.Upgrade = Encoding.Latin1.GetString(value);
            return true;
        }

        if (Is(name, "Sec-WebSocket-Accept"u8))
        {
            result.WebSocketAccept = Encoding.Latin1.GetString(value);
        }

        if (!IsHopByHop(name))
        {
            headers.Append(NameOf(name), Encoding.Latin1.GetString(value));
        }

        return true;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> value, ref ResponseHead result)
    {
        var length = 0L;
        if (value.IsEmpty || value.Length > 18)
        {
            return false;
        }

        foreach (var digit in value)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            length = (length * 10) + (digit - '0');
        }

        var isFirst = result.ContentLength < 0;
        result.ContentLength = length;
        return isFirst;
    }

    private static void ReadConnection(ReadOnlySpan<byte> value, ref ResponseHead result, ref string? nominated)
    {
        if (Is(value, "close"u8))
        {
            result.KeepsAlive = false;
        }
        else if (Is(value, "keep-alive"u8))
        {
            // Also makes an HTTP/1.0 connection persistent.
            result.KeepsAlive = true;
        }
        else
        {
            var text = Encoding.Latin1.GetString(value);
            nominated = nominated is null ? text : string.Concat(nominated, ",", text);
            result.KeepsAlive &= !RequestHeaderRules.IsNominated(text, "close");
        }
    }

    private static void RemoveNominated(string? nominated, IHeaderDictionary headers)
    {
        if (nominated is null)
        {
            return;
        }

        foreach (var part in nominated.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            headers.Remove(part);
        }
    }

    private static bool IsHopByHop(ReadOnlySpan<byte> name) =>
        Is(name, "Keep-Alive"u8) || Is(name, "Proxy-Connection"u8) || Is(name, "Trailer"u8) || Is(name, "TE"u8);

    private static string NameOf(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[64];
        if (name.Length <= text.Length)
        {
            Encoding.ASCII.GetChars(name, text);
            if (KnownLookup.TryGetValue(text[..name.Length], out var known))
            {
                return known;
            }
        }

        return Encoding.ASCII.GetString(name);
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(text, word);
}
