using System.Buffers;
using System.Text;

namespace UwsgiIt.Router.Sessions;

/// <summary>What a connection's first bytes are.</summary>
internal enum StreamingHeadStatus
{
    Complete = 0,

    /// <summary>It is one of ours so far, or the first line is not whole yet.</summary>
    Incomplete,

    /// <summary>Neither RTSP nor SOURCE: Kestrel's to read.</summary>
    Other,

    /// <summary>RTSP or SOURCE, but broken or too long.</summary>
    Malformed,
}

/// <summary>Reads the heads that an HTTP parser does not take. As strict as that one: CR LF, single spaces, tokens, no folding, one length.</summary>
internal static class StreamingHeadReader
{
    public const string RtspVersion = "RTSP/1.0";

    // As Kestrel: 8 KiB of request line, 100 headers.
    private const int MaxLineBytes = 8 * 1024;
    private const int MaxHeaders = 100;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<char> HostChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]");

    /// <summary>Reads the head at the start of <paramref name="bytes"/>, at most <paramref name="maxBytes"/> long.</summary>
    public static StreamingHeadStatus Read(ReadOnlySpan<byte> bytes, bool rtsp, bool source, int maxBytes, out StreamingHead? head)
    {
        head = null;
        var lineEnd = bytes.IndexOf((byte)'\n');
        if (lineEnd < 0)
        {
            return bytes.Length < MaxLineBytes && (bytes.IsEmpty || bytes[0] is >= (byte)'A' and <= (byte)'Z') ? StreamingHeadStatus.Incomplete : StreamingHeadStatus.Other;
        }

        var line = bytes[..lineEnd].TrimEnd((byte)'\r');
        var isRtsp = rtsp && line.EndsWith(" RTSP/1.0"u8);
        if (!isRtsp && !(source && line.StartsWith("SOURCE "u8)))
        {
            return StreamingHeadStatus.Other;
        }

        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0 || end + 4 > maxBytes)
        {
            return end < 0 && bytes.Length < maxBytes && bytes.IndexOf("\n\n"u8) < 0 ? StreamingHeadStatus.Incomplete : StreamingHeadStatus.Malformed;
        }

        return TryReadWhole(bytes[..(end + 2)], isRtsp, end + 4, out head) ? StreamingHeadStatus.Complete : StreamingHeadStatus.Malformed;
    }

    private static bool TryReadWhole(ReadOnlySpan<byte> text, bool isRtsp, int length, out StreamingHead? head)
    {
        head = null;
        if (!TryTakeLine(ref text, out var line))
        {
            return false;
        }

        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1)
        {
            return false;
        }

        var method = line[..first];
        var target = line[(first + 1)..last];
        var protocol = line[(last + 1)..];
        if (method.ContainsAnyExcept(TokenBytes) || target.ContainsAnyExceptInRange((byte)'!', (byte)'~') || (!isRtsp && !protocol.SequenceEqual("HTTP/1.0"u8) && !protocol.SequenceEqual("HTTP/1.1"u8) && !protocol.SequenceEqual("ICE/1.0"u8)))
        {
            return false;
        }

        var headers = new HeaderDictionary() as IHeaderDictionary;
        for (var count = 0; !text.IsEmpty; count++)
        {
            if (count == MaxHeaders || !TryTakeLine(ref text, out line) || !TryAdd(headers, line))
            {
                return false;
            }
        }

        var targetText = Encoding.ASCII.GetString(target);
        if (!TryFindHost(targetText, headers, out var host))
        {
            return false;
        }

        head = new StreamingHead(Encoding.ASCII.GetString(method), targetText, Encoding.ASCII.GetString(protocol), host, headers, length);
        return true;
    }

    private static bool TryTakeLine(ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> line)
    {
        var end = text.IndexOf("\r\n"u8);
        line = end < 0 ? default : text[..end];
        text = end < 0 ? default : text[(end + 2)..];
        return end >= 0 && line.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) < 0;
    }

    private static bool TryAdd(IHeaderDictionary headers, ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes))
        {
            return false;
        }

        var name = Encoding.ASCII.GetString(line[..colon]);
        var value = Encoding.Latin1.GetString(line[(colon + 1)..]).Trim(' ', '\t');
        if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && (headers.ContainsKey(name) || value.Length is 0 or > 18 || value.AsSpan().ContainsAnyExceptInRange('0', '9')))
        {
            return false;
        }

        headers.Append(name, value);
        return true;
    }

    private static bool TryFindHost(string target, IHeaderDictionary headers, out string? host)
    {
        host = headers.Host.Count == 0 ? null : headers.Host.ToString();
        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0)
        {
            var rest = target[(scheme + 3)..];
            var end = rest.AsSpan().IndexOfAny('/', '?');
            host = end < 0 ? rest : rest[..end];
        }
        else if (headers.Host.Count > 1)
        {
            return false;
        }

        if (host is null)
        {
            return true;
        }

        if (host.Length is 0 or > 255 || host[0] is '.' or ':' || host.AsSpan().ContainsAnyExcept(HostChars) || host.Contains("..", StringComparison.Ordinal))
        {
            return false;
        }

        headers.Host = host;
        return true;
    }
}
