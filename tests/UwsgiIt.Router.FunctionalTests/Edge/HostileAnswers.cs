using System.Buffers.Binary;
using System.Text;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>Makes answers of a backend that is broken or evil: by a grammar that mixes right and wrong pieces, then often by changing bytes. The same seed makes the same answers.</summary>
internal sealed class HostileAnswers(int seed)
{
    private static readonly string[] StatusLines =
    [
        "HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.0 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 501 Oops", "HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified",
        "HTTP/1.1 205 Reset", "HTTP/1.1 206 Part", "HTTP/1.1 302 Found", "HTTP/1.1 100 Continue", "HTTP/1.1 101 Switching", "HTTP/1.1 103 Hints", "HTTP/1.1 199 What", "HTTP/1.1 599 What", "HTTP/1.1 600 What",
        "HTTP/1.1 099 What", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 200", "HTTP/2 200 OK", "HTTP/9.9 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1 -20 OK", "ICY 200 OK", "", " ", "HTTP/1.1 200 O\rK", "HTTP/1.1 200 O\0K",
        "Status: 200 OK", "Status: 200 OK", "Status: 404", "Status: 99", "Status: abc", "Content-Type: text/plain",
    ];

    private static readonly string[] Fields =
    [
        "Content-Type: text/plain", "Set-Cookie: a=b", "Set-Cookie: c=d", "X-A: b", "X-Empty:", "Connection: close", "Connection: keep-alive", "Connection: X-A, close", "Connection: Set-Cookie", "Keep-Alive: 5",
        "Upgrade: websocket", "Trailer: X", "Date: Thu, 01 Jan 1970 00:00:00 GMT", "Server: evil", "Location: /x", "Status: 201 Created", "Status: 200", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, chunked", "Content-Length: 0", "Content-Length: 1", "Content-Length: 99999", "Content-Length: -1", "Content-Length: +5", "Content-Length: 5, 5", "Content-Length: 99999999999999999999", "Content-Length: 0x10", "Content-Length:",
        "X: a\rb", "X: a\0b", "X: a\nY: b", "X: \u0001", "X: \u007f", "X: \u00e9\u00ff", " folded: a", "\tfolded", "no colon", ": empty", "X Y: a", "X(): a", "X\u00e9: a", "HTTP/1.1 200 OK", "Content-Encoding: gzip", "Expires: 0",
        "Alt-Svc: h3=\":1\"", "Strict-Transport-Security: max-age=1", "X-Sendfile: /etc/passwd", "X-Accel-Redirect: /secret", "Proxy-Connection: close", "WWW-Authenticate: Basic", "Access-Control-Allow-Origin: *",
    ];

    private readonly Random _random = new(seed);

    /// <summary>An answer whose body is made of <paramref name="token"/> and nothing else.</summary>
    public byte[] Next(UpstreamProtocol protocol, string token)
    {
        var text = Message(protocol, token);
        var bytes = protocol == UpstreamProtocol.FastCgi ? Records(Encoding.Latin1.GetBytes(text)) : Encoding.Latin1.GetBytes(text);
        return Chance(40) ? Mutate(bytes, token) : bytes;
    }

    /// <summary>In a hundred.</summary>
    public bool Chance(int percent) => _random.Next(100) < percent;

    /// <summary>Splits what is sent, so that every reader sees pieces.</summary>
    public int Piece(int left) => Chance(60) ? left : _random.Next(1, left + 1);

    private string Message(UpstreamProtocol protocol, string token)
    {
        var body = string.Concat(Enumerable.Repeat(token, _random.Next(0, Chance(5) ? 5000 : 20)));
        var end = Chance(92) ? "\r\n" : Chance(50) ? "\n" : "\r";
        var text = new StringBuilder();
        for (var interim = Chance(10) ? _random.Next(1, 20) : 0; interim > 0; interim--)
        {
            text.Append("HTTP/1.1 103 Hints\r\nX: y\r\n\r\n");
        }

        var line = StatusLines[Chance(60) ? 0 : _random.Next(StatusLines.Length)];
        text.Append(protocol is UpstreamProtocol.Http or UpstreamProtocol.Uwsgi || !Chance(60) ? line : "Status: 200 OK").Append(end);
        for (var fields = _random.Next(0, Chance(3) ? 300 : 4); fields > 0; fields--)
        {
            text.Append(Fields[_random.Next(Chance(70) ? 16 : Fields.Length)]).Append(end);
        }

        if (Chance(2))
        {
            text.Append("X-Long: ").Append('x', 70_000).Append(end);
        }

        var isChunked = protocol == UpstreamProtocol.Http && Chance(40);
        text.Append(isChunked ? "Transfer-Encoding: chunked" : $"Content-Length: {(Chance(85) ? body.Length : _random.Next(0, 200))}").Append(Chance(85) ? end + end : end);
        return text.Append(isChunked ? Chunks(body) : body).Append(Chance(10) ? $"HTTP/1.1 200 OK\r\nContent-Length: {token.Length}\r\n\r\n{token}" : "").ToString();
    }

    private string Chunks(string body)
    {
        var text = new StringBuilder();
        for (var at = 0; at < body.Length;)
        {
            var size = Math.Min(_random.Next(1, 400), body.Length - at);
            text.Append(Chance(95) ? size.ToString("x", System.Globalization.CultureInfo.InvariantCulture) : "zz").Append(Chance(10) ? ";a=b" : "").Append(Chance(97) ? "\r\n" : "\n").Append(body, at, size).Append(Chance(97) ? "\r\n" : "");
            at += size;
        }

        return text.Append(Chance(90) ? "0\r\n" : "").Append(Chance(10) ? "X-Trailer: a\r\n" : "").Append("\r\n").ToString();
    }

    private byte[] Records(byte[] content)
    {
        var records = new List<byte>();
        for (var at = 0; at < content.Length;)
        {
            var size = Math.Min(_random.Next(1, 2000), content.Length - at);
            if (Chance(10))
            {
                // Standard error, management, unknown types, another request's.
                Record(records, (byte)_random.Next(0, 20), Chance(70) ? 1 : _random.Next(0, 4), new byte[_random.Next(0, 300)]);
            }

            Record(records, 6, Chance(98) ? 1 : 2, content.AsSpan(at, size));
            at += size;
        }

        if (Chance(50))
        {
            Record(records, 6, 1, []);
        }

        if (Chance(90))
        {
            Record(records, 3, 1, new byte[Chance(95) ? 8 : 4]);
        }

        if (Chance(8))
        {
            Record(records, 6, 1, content);
        }

        return [.. records];
    }

    private void Record(List<byte> records, byte type, int id, ReadOnlySpan<byte> content)
    {
        var padding = Chance(30) ? _random.Next(256) : 0;
        var header = new byte[8];
        header[0] = 1;
        header[1] = type;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)id);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)content.Length);
        header[6] = (byte)padding;
        records.AddRange(header);
        records.AddRange(content);
        records.AddRange(new byte[padding]);
    }

    private byte[] Mutate(byte[] bytes, string token)
    {
        var changed = new List<byte>(bytes);
        for (var changes = _random.Next(1, 5); changes > 0 && changed.Count > 0; changes--)
        {
            var at = _random.Next(Math.Min(changed.Count, Chance(70) ? 200 : int.MaxValue));
            switch (_random.Next(6))
            {
                case 0:
                    changed[at] = (byte)_random.Next(256);
                    break;
                case 1:
                    changed.Insert(at, "\r\n\0: \t,;"u8[_random.Next(8)]);
                    break;
                case 2:
                    changed.RemoveAt(at);
                    break;
                case 3:
                    changed.RemoveRange(at, changed.Count - at);
                    break;
                case 4:
                    changed.InsertRange(at, Encoding.Latin1.GetBytes(token));
                    break;
                default:
                    changed.InsertRange(at, changed.GetRange(at, Math.Min(30, changed.Count - at)));
                    break;
            }
        }

        return [.. changed];
    }
}
