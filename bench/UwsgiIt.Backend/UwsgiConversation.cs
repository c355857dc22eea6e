using System.Buffers.Binary;
using System.Buffers.Text;

namespace UwsgiIt.Backend;

/// <summary>One uwsgi request a connection: a 4-byte header, the vars, a body by CONTENT_LENGTH; answered in HTTP and closed.</summary>
internal sealed class UwsgiConversation : Conversation
{
    private long _skip = -1;
    private byte[] _path = [];

    public override int Take(ReadOnlySpan<byte> input, Output output)
    {
        var taken = 0;
        if (_skip < 0)
        {
            if (input.Length < 4 || input.Length < 4 + BinaryPrimitives.ReadUInt16LittleEndian(input[1..]))
            {
                return 0;
            }

            taken = 4 + BinaryPrimitives.ReadUInt16LittleEndian(input[1..]);
            _skip = 0;
            for (var vars = input[4..taken]; vars.Length > 0;)
            {
                var name = Next(ref vars);
                var value = Next(ref vars);
                if (name.SequenceEqual("CONTENT_LENGTH"u8) && Utf8Parser.TryParse(value, out long length, out _))
                {
                    _skip = length;
                }
                else if (name.SequenceEqual("PATH_INFO"u8))
                {
                    _path = value.ToArray();
                }
            }
        }

        var skipped = (int)Math.Min(_skip, input.Length - taken);
        _skip -= skipped;
        if (_skip == 0)
        {
            var body = BodyOf(_path);
            Span<byte> digits = stackalloc byte[20];
            Utf8Formatter.TryFormat(body.Length, digits, out var count);
            output.Write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "u8);
            output.Write(digits[..count]);
            output.Write("\r\n\r\n"u8);
            output.WriteBody(body);
            IsEnded = true;
        }

        return taken + skipped;
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> vars)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(vars);
        var item = vars.Slice(2, length);
        vars = vars[(2 + length)..];
        return item;
    }
}
