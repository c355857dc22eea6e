using System.Buffers.Text;
using System.Text;

namespace UwsgiIt.Backend;

/// <summary>HTTP/1.1 with kept connections, bodies by length or chunks, and WebSocket echo.</summary>
internal sealed class HttpConversation : Conversation
{
    private const int ChunkedEnd = -1;

    private long _skip;
    private bool _isWebSocket;
    private bool _isLast;
    private ReadOnlyMemory<byte> _body;

    public override int Take(ReadOnlySpan<byte> input, Output output)
    {
        if (_isWebSocket)
        {
            return WebSocketEcho.Take(input, output);
        }

        if (_skip > 0)
        {
            var skipped = (int)Math.Min(_skip, input.Length);
            _skip -= skipped;
            AnswerWhenRead(output);
            return skipped;
        }

        if (_skip == ChunkedEnd)
        {
            // Load generators send chunks as a whole; the end of them is all we look for.
            var end = input.IndexOf("0\r\n\r\n"u8);
            _skip = end < 0 ? ChunkedEnd : 0;
            AnswerWhenRead(output);
            return end < 0 ? Math.Max(0, input.Length - 4) : end + 5;
        }

        var length = input.IndexOf("\r\n\r\n"u8);
        if (length < 0)
        {
            return 0;
        }

        var head = input[..(length + 2)];
        var path = head[(head.IndexOf((byte)' ') + 1)..];
        path = path[..path.IndexOf((byte)' ')];
        if (Value(head, "\r\nUpgrade: websocket"u8, out _))
        {
            Value(head, "\r\nSec-WebSocket-Key: "u8, out var key);
            output.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {WebSocketEcho.Accept(key)}\r\n\r\n"));
            _isWebSocket = true;
            return length + 4;
        }

        _skip = Value(head, "\r\nContent-Length: "u8, out var text) && Utf8Parser.TryParse(text, out long bytes, out _) ? bytes
            : Value(head, "\r\nTransfer-Encoding: chunked"u8, out _) ? ChunkedEnd : 0;
        _isLast = Value(head, "\r\nConnection: close"u8, out _);
        _body = BodyOf(path);
        AnswerWhenRead(output);
        return length + 4;
    }

    /// <summary>Answers once the request's body has been read: a client that is answered earlier may be cut off while it still sends.</summary>
    private void AnswerWhenRead(Output output)
    {
        if (_skip != 0)
        {
            return;
        }

        IsEnded = _isLast;
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(_body.Length, digits, out var count);
        output.Write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "u8);
        output.Write(digits[..count]);
        output.Write("\r\n\r\n"u8);
        output.WriteBody(_body);
    }

    private static bool Value(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        // Names come in any case; the set of senders is small and the last letters are enough to find the line.
        value = default;
        for (var rest = head; ; rest = rest[2..])
        {
            var line = rest.IndexOf("\r\n"u8);
            if (line < 0 || rest.Length - line < name.Length)
            {
                return false;
            }

            rest = rest[line..];
            if (Ascii.EqualsIgnoreCase(rest[..name.Length], name))
            {
                value = rest[name.Length..];
                value = value[..value.IndexOf((byte)'\r')];
                return true;
            }
        }
    }
}
