using System.Buffers.Binary;

namespace UwsgiIt.Backend;

/// <summary>A FastCGI responder without multiplexing: answers when standard input has ended.</summary>
internal sealed class FastCgiConversation : Conversation
{
    private const int HeaderBytes = 8;
    private const int MaxRecordBytes = 65528;

    private bool _keeps;
    private byte[] _path = [];

    public override int Take(ReadOnlySpan<byte> input, Output output)
    {
        if (input.Length < HeaderBytes)
        {
            return 0;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(input[4..]);
        var size = HeaderBytes + length + input[6];
        if (input.Length < size)
        {
            return 0;
        }

        var content = input.Slice(HeaderBytes, length);
        switch (input[1])
        {
            case 1:
                _keeps = (content[2] & 1) != 0;
                _path = [];
                break;
            case 4 when length > 0:
                _path = PathOf(content) ?? _path;
                break;
            case 5 when length == 0:
                Answer(input.Slice(2, 2), output);
                break;
        }

        return size;
    }

    private static byte[]? PathOf(ReadOnlySpan<byte> vars)
    {
        while (vars.Length > 1)
        {
            var name = Length(ref vars);
            var value = Length(ref vars);
            if (vars[..name].SequenceEqual("REQUEST_URI"u8))
            {
                return vars.Slice(name, value).ToArray();
            }

            vars = vars[(name + value)..];
        }

        return null;
    }

    private static int Length(ref ReadOnlySpan<byte> vars)
    {
        var isLong = vars[0] >= 0x80;
        var length = isLong ? (int)(BinaryPrimitives.ReadUInt32BigEndian(vars) & 0x7FFFFFFF) : vars[0];
        vars = vars[(isLong ? 4 : 1)..];
        return length;
    }

    private void Answer(ReadOnlySpan<byte> id, Output output)
    {
        var body = BodyOf(_path);
        var head = System.Text.Encoding.ASCII.GetBytes($"Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n");
        Record(6, id, head.Length, output);
        output.Write(head);
        for (var rest = body; rest.Length > 0;)
        {
            var piece = rest[..Math.Min(rest.Length, MaxRecordBytes)];
            Record(6, id, piece.Length, output);
            output.WriteBody(piece);
            rest = rest[piece.Length..];
        }

        Record(6, id, 0, output);
        Record(3, id, 8, output);
        output.Write(stackalloc byte[8]);
        IsEnded = !_keeps;
    }

    private static void Record(byte type, ReadOnlySpan<byte> id, int length, Output output)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        header[0] = 1;
        header[1] = type;
        id.CopyTo(header[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)length);
        output.Write(header);
    }
}
