using System.Buffers.Binary;
using System.Net.Security;
using System.Text;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>The first message of the runtime's own TLS client, with any name in it: handshakes begun at the price of a copy.</summary>
internal sealed class TlsHello
{
    private const string Placeholder = "placeholder.example.com";
    private const int RecordLengthAt = 3;
    private const int MessageLengthAt = 7; // of three bytes the last two

    private readonly byte[] _bytes;
    private readonly int _nameAt;
    private readonly int _extensionsAt;

    private TlsHello(byte[] bytes)
    {
        _bytes = bytes;
        _nameAt = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Placeholder));

        // Record and message headers, version, random; then session id, ciphers and compression, each with its length before it.
        var at = 5 + 4 + 2 + 32;
        at += 1 + bytes[at];
        at += 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
        at += 1 + bytes[at];
        _extensionsAt = at;
    }

    public static async Task<TlsHello> MakeAsync()
    {
        await using var wire = new FirstWrite();
        await using var client = new SslStream(wire);
        await Assert.ThrowsAnyAsync<Exception>(() => client.AuthenticateAsClientAsync(Placeholder));
        return new TlsHello(wire.ToArray());
    }

    public byte[] For(string name)
    {
        var text = Encoding.ASCII.GetBytes(name);
        byte[] bytes = [.. _bytes[.._nameAt], .. text, .. _bytes[(_nameAt + Placeholder.Length)..]];
        var more = text.Length - Placeholder.Length;

        // Name, list of names, extension; all extensions, message, record.
        foreach (var at in new[] { _nameAt - 2, _nameAt - 5, _nameAt - 7, _extensionsAt, MessageLengthAt, RecordLengthAt })
        {
            var length = bytes.AsSpan(at);
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(length) + more));
        }

        return bytes;
    }

    private sealed class FirstWrite : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);
    }
}
