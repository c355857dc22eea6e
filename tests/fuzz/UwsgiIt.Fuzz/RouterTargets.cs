using System.Text;
using Microsoft.AspNetCore.Http;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.FastRouter;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.ProxyProtocol;
using UwsgiIt.Router.Sessions;
using UwsgiIt.Router.Tls;
using UwsgiIt.Tests.Common;
using static UwsgiIt.Fuzz.FuzzTarget;

namespace UwsgiIt.Fuzz;

/// <summary>What clients and upstreams of the router send.</summary>
internal static class RouterTargets
{
    private static readonly TestCertificates Authority = TestCertificates.Authority("CA");
    private static readonly TestCertificates Leaf = Authority.IssueFor90Days("http://ocsp.example.com/", "www.example.com");

    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = new Dictionary<string, FuzzTarget>
    {
        ["response-http"] = new(static bytes => Head(bytes, isHttp: true), Texts("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close, X-A\r\nX-A: b\r\n\r\nhello", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")),
        ["response-cgi"] = new(static bytes => Head(bytes, isHttp: false), Texts("Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\n", "HTTP/2.0 200 OK\nSet-Cookie: a\n\n")),
        ["chunked"] = new(static bytes => Decode(bytes, static () => new ChunkedDecoder()), Texts("5;a=b\r\nhello\r\n0\r\nTrailer: x\r\n\r\n", "a\r\n0123456789\r\n0\r\n\r\n")),
        ["fastcgi"] = new(static bytes => Decode(bytes, static () => new FastCgiDecoder()), [[1, 6, 0, 1, 0, 5, 3, 0, .. "hello"u8, 0, 0, 0, 1, 7, 0, 1, 0, 1, 0, 0, 65, 1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]),
        ["proxy-header"] = new(ProxyHeader, [.. Texts("PROXY TCP4 203.0.113.7 203.0.113.1 4711 443\r\nGET", "PROXY TCP6 2001:db8::7 ::1 0 65535\r\n", "PROXY UNKNOWN\r\n"), [.. ProxyHeaderReader.Signature, 0x21, 0x11, 0, 17, 203, 0, 113, 7, 203, 0, 113, 1, 18, 103, 1, 187, 4, 0, 2, 9, 9]]),
        ["uwsgi-request"] = new(Uwsgi, [[.. Record("HTTP_HOST", "www.example.com"), .. Record("CONTENT_LENGTH", "5"), .. Record("REQUEST_URI", "/a?b"), .. Record("REMOTE_ADDR", "::1")], [.. Record("PATH_INFO", "/a b"), .. Record("HTTP_X_A", "b")]]),
        ["client-hello"] = new(Hello, [Convert.FromHexString("16030100650100006103030000000000000000000000000000000000000000000000000000000000000000000002130101000036000000140012" + "00000f7777772e6578616d706c652e636f6d" + "0010000d000b0a61636d652d746c732f31" + "002b0003020304"), Convert.FromHexString("160301003201000061" + "03")]),
        ["streaming-head"] = new(Streaming, Texts("DESCRIBE rtsp://cam.example.com/a?b RTSP/1.0\r\nCSeq: 1\r\n\r\n", "SOURCE /live HTTP/1.0\r\nHost: radio.example.com\r\nContent-Length: 5\r\n\r\nhello")),
        ["http2-frames"] = new(Http2Frames, [[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100, 0, 0, 0, 3, 0, 0, 0, 0, 1, 0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8], [.. new byte[24], 0, 0, 0, 6, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 3, 9]]),
        ["sni"] = new(Sni, [[0, 14, 0, 0, 11, .. "example.com"u8]]),
        ["alpn"] = new(static bytes => Check(OpenSslContext.FindProtocol(bytes, "h2"u8) is var at && (at == 0 || bytes.AsSpan(at, 2).SequenceEqual("h2"u8)), "found what is not there"), Texts("\u0002h2\bhttp/1.1")),
        ["ocsp"] = new(Ocsp, [[0x30, 3, 0x0a, 1, 3], [0x30, 13, 0x0a, 1, 0, 0xa0, 8, 0x30, 6, 6, 1, 1, 4, 1, 0]]),
        ["ticket-keys"] = new(static bytes => TicketKeyFile.TryParse(Encoding.UTF8.GetString(bytes), out _, out _), Texts($"uwsgiit-ticket-keys 1\n1764000000 {Convert.ToBase64String(new byte[TicketKey.TotalBytes])}\n")),
        ["path"] = new(Path, Texts("/a/%2e%2e/b//c/./d%20e", "http://host/a?b#c")),
    };

    private static void Head(byte[] bytes, bool isHttp)
    {
        var end = ResponseHeadReader.FindEnd(bytes, !isHttp);
        var headers = new HeaderDictionary();
        if (end > 0 && ResponseHeadReader.TryRead(bytes.AsSpan(0, end), isHttp, 100, headers, out var head))
        {
            Check(head.StatusCode is >= 100 and <= 599, "a status that is none");
            Check(!head.IsChunked || (isHttp && head.ContentLength < 0), "two framings");
            Check(headers.All(static header => header.Value.All(static value => value!.AsSpan().IndexOfAnyInRange('\0', '\u0008') < 0 && value.AsSpan().IndexOfAnyInRange('\n', '\u001f') < 0)), "a value with a control character");
        }
    }

    /// <summary>All at once and byte by byte must give the same payload and the same end.</summary>
    private static void Decode(byte[] bytes, Func<IResponseDecoder> create)
    {
        var whole = create();
        var copy = bytes.ToArray();
        var payload = copy[..whole.Decode(copy)];
        var split = create();
        var pieces = new List<byte>();
        foreach (var value in bytes)
        {
            byte[] one = [value];
            if (!split.IsFaulted && split.Decode(one) == 1)
            {
                pieces.Add(one[0]);
            }
        }

        Check((whole.IsComplete, whole.IsFaulted) == (split.IsComplete, split.IsFaulted) && payload.AsSpan().SequenceEqual(pieces.ToArray()), "the split changes the result");
    }

    private static void ProxyHeader(byte[] bytes)
    {
        var status = ProxyHeaderReader.Read(bytes, out var header, out var length);
        Check((header.Source is null) == (header.Destination is null), "one address without the other");
        Check(status != ProxyHeaderStatus.Complete || (length > 0 && length <= bytes.Length), "a length that is none");
        Check(status == ProxyHeaderStatus.Complete || header.Source is null, "an address of no header");
        Check(status != ProxyHeaderStatus.Incomplete || bytes.Length < ProxyHeaderReader.MaxBinaryBytes, "waits beyond its bound");
        if (status == ProxyHeaderStatus.Complete)
        {
            Check(ProxyHeaderReader.Read(bytes.AsSpan(0, length - 1), out _, out _) == ProxyHeaderStatus.Incomplete, "whole before its end");
        }
    }

    private static void Uwsgi(byte[] bytes)
    {
        if (UwsgiRequest.Read(bytes) is not { } request)
        {
            return;
        }

        Check(request.ContentLength >= 0, "a length that is none");
        Check(request.Method.Length > 0 && request.Method.All(static value => value is > ' ' and < '\u007f'), "a method with more than a token");
        Check(request.Target.All(static value => value is > ' ' and not '\u007f'), "a target with a space or a control");
        Check(request.Headers.All(static header => header.Key.All(char.IsAscii) && header.Value.All(static value => value is null || value.AsSpan().IndexOfAny('\r', '\n', '\0') < 0)), "a header that is two");
    }

    private static byte[] Record(string name, string value) => [(byte)name.Length, 0, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, 0, .. Encoding.ASCII.GetBytes(value)];

    private static void Hello(byte[] bytes)
    {
        var status = ClientHelloReader.Read(bytes, out var hello);
        Check((status == ClientHelloStatus.Complete) == (hello is not null), "the result and the status disagree");
        Check(status != ClientHelloStatus.Incomplete || bytes.Length < ClientHelloReader.MaxBytes, "waits beyond its bound");
        Check(hello?.ServerName is not { } name || (name.Length is > 0 and <= 255 && name.All(static value => char.IsAsciiLetterLower(value) || char.IsAsciiDigit(value) || value is '.' or '-' or '_') && name[0] != '.' && name[^1] != '.'), "a name that is none");
    }

    private static void Streaming(byte[] bytes)
    {
        var status = StreamingHeadReader.Read(bytes, rtsp: true, source: true, 32_768, out var head);
        Check((status == StreamingHeadStatus.Complete) == (head is not null), "the result and the status disagree");
        Check(status != StreamingHeadStatus.Incomplete || bytes.Length < 32_768, "waits beyond its bound");
        if (head is not null)
        {
            Check(head.Length <= bytes.Length && bytes.AsSpan(0, head.Length).EndsWith("\r\n\r\n"u8), "an end that is none");
            Check(head.Headers.All(static header => header.Value.All(static value => value!.AsSpan().IndexOfAny('\r', '\n', '\0') < 0)), "a value with CR, LF or NUL");
            Check(head.Target.All(static value => value is > ' ' and < '\u007f'), "a target with a space or a control");
        }
    }

    /// <summary>Whole and byte by byte, the same frames must be seen.</summary>
    private static void Http2Frames(byte[] bytes)
    {
        var whole = new Http2FrameReader(Http2FrameReader.PrefaceBytes);
        var split = new Http2FrameReader(Http2FrameReader.PrefaceBytes);
        var frames = new List<Http2Frame>();
        ReadOnlySpan<byte> rest = bytes;
        while (whole.TryRead(ref rest, out var frame))
        {
            frames.Add(frame);
        }

        Check(rest.IsEmpty, "bytes are left");
        var position = 0;
        foreach (var value in bytes)
        {
            ReadOnlySpan<byte> one = [value];
            while (split.TryRead(ref one, out var frame))
            {
                Check(position < frames.Count && frames[position++] == frame, "the split changes a frame");
            }
        }

        Check(position == frames.Count, "the split loses a frame");
    }

    private static void Sni(byte[] bytes)
    {
        if (OpenSslContext.TryParseSni(bytes, out var name))
        {
            Check(name.Length is > 0 and <= 255 && name.All(static character => character is > ' ' and <= '~'), "a name that is none");
        }
    }

    /// <summary>Whatever a responder says without the authority's signature is worth nothing.</summary>
    private static void Ocsp(byte[] bytes) =>
        Check(OcspExchange.Read(bytes, Leaf.Certificate, Authority.Certificate, out _) is OcspVerdict.Unusable or OcspVerdict.Unknown, "an answer that nobody signed is believed");

    private static void Path(byte[] bytes)
    {
        var target = RequestTarget.OriginForm(Encoding.Latin1.GetString(bytes)).ToString();
        var buffer = new byte[Encoding.UTF8.GetByteCount(target)];
        if (RequestTarget.TryDecodePath(target, buffer, out var length) && length > 0 && buffer[0] == '/')
        {
            var path = Encoding.UTF8.GetString(buffer, 0, length);
            Check(!path.Split('/').Any(static segment => segment is "." or ".."), "a dot segment is left");
            Check(!path.Contains('\0', StringComparison.Ordinal), "a NUL is left");
        }
    }
}
