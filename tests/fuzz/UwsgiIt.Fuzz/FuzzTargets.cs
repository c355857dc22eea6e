using System.Text;
using Microsoft.AspNetCore.Http;
using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Definitions;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Protocol.Packets;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.FastRouter;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Tls;
using UwsgiIt.Router.ProxyProtocol;
using UwsgiIt.Router.Sessions;
using UwsgiIt.Tests.Common;
using UwsgiIt.Tuntap.Dns;
using UwsgiIt.Tuntap.Frames;

namespace UwsgiIt.Fuzz;

/// <summary>One reader: what to do with any bytes, and bytes to begin with. A target throws when the reader breaks a promise.</summary>
internal sealed record FuzzTarget(Action<byte[]> Run, IReadOnlyList<byte[]> Seeds);

/// <summary>Every reader of bytes that strangers send. A new parser is one more line.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = new Dictionary<string, FuzzTarget>
    {
        ["subscription"] = new(Subscription, Packets()),
        ["vars"] = new(Vars, [.. Packets().Select(static packet => packet[4..])]),
        ["public-key"] = new(static bytes => PublicKey.TryReadPem(Encoding.UTF8.GetString(bytes), out _), Texts(Captures.ReadText("customer-a.pem"), Captures.ReadText("customer-ec.pem"))),
        ["response-http"] = new(static bytes => Head(bytes, isHttp: true), Texts("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close, X-A\r\nX-A: b\r\n\r\nhello", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")),
        ["response-cgi"] = new(static bytes => Head(bytes, isHttp: false), Texts("Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\n", "HTTP/2.0 200 OK\nSet-Cookie: a\n\n")),
        ["chunked"] = new(static bytes => Decode(bytes, static () => new ChunkedDecoder()), Texts("5;a=b\r\nhello\r\n0\r\nTrailer: x\r\n\r\n", "a\r\n0123456789\r\n0\r\n\r\n")),
        ["fastcgi"] = new(static bytes => Decode(bytes, static () => new FastCgiDecoder()), [[1, 6, 0, 1, 0, 5, 3, 0, .. "hello"u8, 0, 0, 0, 1, 7, 0, 1, 0, 1, 0, 0, 65, 1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]),
        ["proxy-header"] = new(ProxyHeader, [.. Texts("PROXY TCP4 203.0.113.7 203.0.113.1 4711 443\r\nGET", "PROXY TCP6 2001:db8::7 ::1 0 65535\r\n", "PROXY UNKNOWN\r\n"), [.. ProxyHeaderReader.Signature, 0x21, 0x11, 0, 17, 203, 0, 113, 7, 203, 0, 113, 1, 18, 103, 1, 187, 4, 0, 2, 9, 9]]),
        ["frame"] = new(Frame, [Convert.FromHexString("4600001e00002000401100000a000003c000020783030400000000000000"), Convert.FromHexString("600000000010" + "2c40" + "fd75777367690000000000000000000320010db80000000000000000000000071100000100000000" + "0001000200080000"), Convert.FromHexString("450000380000400040010000c00002080a00000303010000000000004500001400004000400600000a000003c0000207" + "9c4001bb00000000")]),
        ["dns-question"] = new(DnsName, [[1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, (byte)'d', (byte)'b', 5, .. "local"u8, 0, 0, 1, 0, 1]]),
        ["rule"] = new(Rule, Texts("in 10.0.0.3/32 10.0.0.4/32 allow", "out any 2001:db8::/32 gateway [2001:db8::1]:999", "in 0.0.0.0 any replies")),
        ["uwsgi-request"] = new(Uwsgi, [[.. Record("HTTP_HOST", "www.example.com"), .. Record("CONTENT_LENGTH", "5"), .. Record("REQUEST_URI", "/a?b"), .. Record("REMOTE_ADDR", "::1")], [.. Record("PATH_INFO", "/a b"), .. Record("HTTP_X_A", "b")]]),
        ["client-hello"] = new(Hello, [Convert.FromHexString("16030100650100006103030000000000000000000000000000000000000000000000000000000000000000000002130101000036000000140012" + "00000f7777772e6578616d706c652e636f6d" + "0010000d000b0a61636d652d746c732f31" + "002b0003020304"), Convert.FromHexString("160301003201000061" + "03")]),
        ["streaming-head"] = new(Streaming, Texts("DESCRIBE rtsp://cam.example.com/a?b RTSP/1.0\r\nCSeq: 1\r\n\r\n", "SOURCE /live HTTP/1.0\r\nHost: radio.example.com\r\nContent-Length: 5\r\n\r\nhello")),
        ["http2-frames"] = new(Http2Frames, [[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100, 0, 0, 0, 3, 0, 0, 0, 0, 1, 0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8], [.. new byte[24], 0, 0, 0, 6, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 3, 9]]),
        ["definition"] = new(Definition, Texts(
            """{"uid":30001,"name":"a","distro":"debian-12","memory":16777216,"storage":1048576,"ssh_keys":["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ"],"loopboxes":[{"id":1,"filename":"a/b","mountpoint":"m"}]}""")),
        ["emperor-message"] = new(static bytes => EmperorMessage.TryRead(bytes)?.Write(), Texts("""{"v":1,"type":"place","name":"a.ini","pid":7,"memory":1048576,"request":1}""", """{"v":1,"type":"placed","request":3,"fault":"x"}""")),
        ["api-body"] = new(Body, Texts("{\"uid\": \"30001\", \"a\": [1, null], \"b\": 1.9}", "\uFEFF{\"a\": \"\\ud83d\\ude00\"}", "null", "[]")),
        ["api-range"] = new(Range, Texts("6-3", "10", "9-10")),
        ["api-domain"] = new(Domain, Texts(".caff\u00e8.example.org.", "a_b.example.org")),
        ["api-login"] = new(Login, Texts("Basic bm9ib2R5Om5vdGhpbmc=", "bearer uit_x")),
        ["sni"] = new(Sni, [[0, 14, 0, 0, 11, .. "example.com"u8]]),
        ["alpn"] = new(static bytes => Check(OpenSslContext.FindProtocol(bytes, "h2"u8) is var at && (at == 0 || bytes.AsSpan(at, 2).SequenceEqual("h2"u8)), "found what is not there"), Texts("\u0002h2\bhttp/1.1")),
        ["ticket-keys"] = new(static bytes => TicketKeyFile.TryParse(Encoding.UTF8.GetString(bytes), out _, out _), Texts($"uwsgiit-ticket-keys 1\n1764000000 {Convert.ToBase64String(new byte[TicketKey.TotalBytes])}\n")),
        ["path"] = new(Path, Texts("/a/%2e%2e/b//c/./d%20e", "http://host/a?b#c")),
        ["vassal-program"] = new(EmperorTargets.Program, Texts("[program]\nexec = a 'b c'\nenv = A=b\nmemory = 64M\nlisten = 127.0.0.1:80\ncron = 1 -2 3 4 7 x\nssl-ca-domain = a b c !d\n", "[uwsgi]\nexec = x\nport = 80\n")),
        ["vassal-cron"] = new(EmperorTargets.Cron, Texts("-1 -5 1 12 7 command", "minute=5,hour=-2,week=7,unique=1,harakiri=9 command")),
        ["vassal-words"] = new(EmperorTargets.Words, Texts("a 'b c' \"d \\\" e\" f\\ g")),
    };

    private static void Subscription(byte[] bytes)
    {
        var isRead = SubscriptionPacketReader.TryRead(bytes, out var packet, out var rejection);
        Check(isRead == (rejection == SubscriptionPacketRejection.None), "the result and the rejection disagree");
        if (packet is { IsSigned: true })
        {
            _ = bytes[packet.SignedRange];
            _ = bytes[packet.SignatureRange];
        }

        // What was read can be written, and reads the same.
        if (packet is { IsSigned: false })
        {
            Check(SubscriptionPacketReader.TryRead(SubscriptionPacketWriter.Write(packet), out var again, out rejection), $"written again it is refused: {rejection}");
            Check(again == packet, "written again it reads differently");
        }
    }

    private static void Body(byte[] bytes) => Refusing(() =>
    {
        var body = LegacyBody.Parse(bytes).AsObject();
        Refusing(() => body.Text("a"));
        Refusing(() => body.Long("a"));
        Refusing(() => body.Long("b"));
        Refusing(() => body.Flag("a"));
        Refusing(() => body.Strings("a"));
    });

    private static void Range(byte[] bytes) => Refusing(() => Check(AlarmRange.Parse(Encoding.UTF8.GetString(bytes)) is { Skip: >= 0, Take: >= 0 }, "a range before the beginning"));

    private static void Domain(byte[] bytes)
    {
        if (DomainName.TryNormalize(Encoding.UTF8.GetString(bytes), out var name))
        {
            Check(name.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-' or '_') && !name.Contains("..", StringComparison.Ordinal), "a name that is no safe file name");
            Check(DomainName.TryNormalize(name, out var again) && again == name, "normalised again it is another");
        }
    }

    private static void Login(byte[] bytes)
    {
        var header = Encoding.Latin1.GetString(bytes);
        LoginHeaders.TryReadBasic(header, out _, out _);
        LoginHeaders.TryReadBearer(header, out _);
        LoginHeaders.TryReadHex(new HeaderDictionary { ["X-uwsgi-it-username"] = header, ["X-uwsgi-it-password"] = header }, out _, out _);
    }

    private static void Refusing(Action read)
    {
        try
        {
            read();
        }
        catch (Fault fault)
        {
            Check((int)fault.Kind is >= 400 and < 500, "a refusal that is our own fault");
        }
    }

    private static void Sni(byte[] bytes)
    {
        if (OpenSslContext.TryParseSni(bytes, out var name))
        {
            Check(name.Length is > 0 and <= 255 && name.All(static character => character is > ' ' and <= '~'), "a name that is none");
        }
    }

    private static void Vars(byte[] bytes)
    {
        var reader = new UwsgiVarReader(bytes);
        while (reader.TryRead(out _, out _))
        {
            Check(reader.Position <= bytes.Length, "read past the block");
        }

        Check(reader.IsMalformed || reader.Position == bytes.Length, "ended before the block did");
    }

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

    /// <summary>What is taken cannot name a place outside of where it belongs, nor a line of another file.</summary>
    private static void Definition(byte[] bytes)
    {
        if (DefinitionReader.Read(bytes, out var faults) is { } definition)
        {
            Check(faults.Count == 0 && DefinitionFaults.IsUid(definition.Uid), "taken with a fault");
            Check(definition.Distro is null || !definition.Distro.Contains('/', StringComparison.Ordinal), "a distro elsewhere");
            Check(definition.Loopboxes.All(static box => !box.Filename.Split('/').Contains("..") && !box.Filename.StartsWith('/')), "an image elsewhere");
            Check(definition.SshKeys.All(static key => !key.Contains('\n', StringComparison.Ordinal)), "a key that is two lines");
        }
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
        var frames = new List<(byte, byte, int)>();
        ReadOnlySpan<byte> rest = bytes;
        while (whole.TryRead(ref rest, out var type, out var flags, out var length))
        {
            frames.Add((type, flags, length));
        }

        Check(rest.IsEmpty, "bytes are left");
        var position = 0;
        foreach (var value in bytes)
        {
            ReadOnlySpan<byte> one = [value];
            while (split.TryRead(ref one, out var type, out var flags, out var length))
            {
                Check(position < frames.Count && frames[position++] == (type, flags, length), "the split changes a frame");
            }
        }

        Check(position == frames.Count, "the split loses a frame");
    }

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

    private static void Frame(byte[] bytes)
    {
        if (FrameReader.Read(bytes, out var facts) == DropCause.None)
        {
            Check(facts.TransportOffset >= (facts.IsV6 ? 40 : 20) && facts.TransportOffset <= bytes.Length, "the transport header is not within the packet");
            Check(!facts.IsLaterFragment || (facts.IsFragment && facts.SourcePort == 0 && facts.TcpFlags == 0), "a later fragment with a transport header");
            _ = FrameReader.TryReadQuoted(bytes, facts, out _);
        }
    }

    private static void DnsName(byte[] bytes)
    {
        if (DnsQuestion.TryRead(bytes, out var question))
        {
            Check(question.EndOffset <= bytes.Length && question.Name.Length <= DnsQuestion.MaxNameBytes, "a question beyond its message");
            Check(DnsAnswer.Write(bytes, question, DnsAnswer.NoError, [1, 2, 3, 4]).Length == question.EndOffset + 16, "an answer of another length");
        }
    }

    private static void Rule(byte[] bytes)
    {
        if (FirewallRuleParser.TryParse(Encoding.Latin1.GetString(bytes), out var rule, out var fault))
        {
            Check(FirewallRuleParser.TryParse(rule.ToString(), out var again, out fault), $"written again it is refused: {fault}");
            Check(again == rule, "written again it reads differently");
        }
        else
        {
            Check(fault.Length > 0, "refused without a reason");
        }
    }

    private static void Check(bool holds, string promise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(promise);
        }
    }

    private static IReadOnlyList<byte[]> Packets() => [.. Directory.GetFiles(Captures.Directory, "*.bin").Order(StringComparer.Ordinal).Where(static file => !file.Contains("relay", StringComparison.Ordinal)).Select(File.ReadAllBytes)];

    private static IReadOnlyList<byte[]> Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
