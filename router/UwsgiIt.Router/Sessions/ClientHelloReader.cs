using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace UwsgiIt.Router.Sessions;

/// <summary>How far a hello has come.</summary>
internal enum ClientHelloStatus
{
    Complete = 0,

    /// <summary>So far it may become one; more bytes are needed.</summary>
    Incomplete,

    /// <summary>It is none, or breaks a bound.</summary>
    Malformed,
}

/// <summary>Reads a ClientHello (RFC 8446, 4.1.2; RFC 6066, 3) without taking part in the handshake: for the name in it.</summary>
internal static class ClientHelloReader
{
    /// <summary>Longest hello, in bytes, its records' headers included. Ours: with post-quantum shares they are some 2 KiB; arbitrary, may grow.</summary>
    public const int MaxBytes = 16 * 1024;

    private const int RecordHeaderBytes = 5;
    private const int MessageHeaderBytes = 4;
    private const byte HandshakeRecord = 22;
    private const byte HelloMessage = 1;
    private const ushort ServerNameExtension = 0;
    private const ushort AlpnExtension = 16;

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"u8);

    /// <summary>Reads the hello at the start of a connection.</summary>
    public static ClientHelloStatus Read(ReadOnlySpan<byte> bytes, out ClientHello? hello)
    {
        hello = null;
        var message = ArrayPool<byte>.Shared.Rent(MaxBytes);
        try
        {
            var status = Join(bytes[..Math.Min(bytes.Length, MaxBytes)], message, out var length);
            if (status != ClientHelloStatus.Complete)
            {
                return status == ClientHelloStatus.Incomplete && bytes.Length >= MaxBytes ? ClientHelloStatus.Malformed : status;
            }

            return TryReadBody(message.AsSpan(MessageHeaderBytes, length - MessageHeaderBytes), out hello) ? ClientHelloStatus.Complete : ClientHelloStatus.Malformed;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>Puts the message together from its records.</summary>
    private static ClientHelloStatus Join(ReadOnlySpan<byte> bytes, Span<byte> message, out int length)
    {
        length = 0;
        while (true)
        {
            if (bytes.Length > 0 && (bytes[0] != HandshakeRecord || (bytes.Length > 1 && bytes[1] != 3)))
            {
                return ClientHelloStatus.Malformed;
            }

            if (bytes.Length < RecordHeaderBytes)
            {
                return ClientHelloStatus.Incomplete;
            }

            var size = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
            if (size is 0 or > MaxBytes)
            {
                return ClientHelloStatus.Malformed;
            }

            var part = bytes.Slice(RecordHeaderBytes, Math.Min(size, bytes.Length - RecordHeaderBytes));
            part.CopyTo(message[length..]);
            length += part.Length;
            if (length > 0 && message[0] != HelloMessage)
            {
                return ClientHelloStatus.Malformed;
            }

            if (length >= MessageHeaderBytes)
            {
                var wanted = MessageHeaderBytes + ((message[1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(message[2..]));
                if (wanted > MaxBytes)
                {
                    return ClientHelloStatus.Malformed;
                }

                if (length >= wanted)
                {
                    // A second message cannot follow before the server has spoken.
                    return length == wanted && part.Length == size ? ClientHelloStatus.Complete : ClientHelloStatus.Malformed;
                }
            }

            if (part.Length < size)
            {
                return ClientHelloStatus.Incomplete;
            }

            bytes = bytes[(RecordHeaderBytes + size)..];
        }
    }

    private static bool TryReadBody(ReadOnlySpan<byte> body, out ClientHello? hello)
    {
        hello = null;

        // legacy_version and random, then three vectors, then extensions, which very old clients leave out.
        if (body.Length < 34)
        {
            return false;
        }

        var rest = body[34..];
        if (!TryTake(ref rest, 1, out var session) || session.Length > 32 || !TryTake(ref rest, 2, out var ciphers) || ciphers.Length is < 2 || !TryTake(ref rest, 1, out var compression) || compression.IsEmpty)
        {
            return false;
        }

        if (rest.IsEmpty)
        {
            hello = new ClientHello(null, false);
            return true;
        }

        return TryTake(ref rest, 2, out var extensions) && rest.IsEmpty && TryReadExtensions(extensions, out hello);
    }

    private static bool TryReadExtensions(ReadOnlySpan<byte> extensions, out ClientHello? hello)
    {
        hello = null;
        string? name = null;
        var isAcme = false;
        var (hasName, hasProtocols) = (false, false);
        while (!extensions.IsEmpty)
        {
            if (extensions.Length < 4)
            {
                return false;
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!TryTake(ref extensions, 2, out var data))
            {
                return false;
            }

            if (type == ServerNameExtension)
            {
                if (hasName || !TryReadName(data, out name))
                {
                    return false;
                }

                hasName = true;
            }
            else if (type == AlpnExtension)
            {
                if (hasProtocols || !TryReadProtocols(data, out isAcme))
                {
                    return false;
                }

                hasProtocols = true;
            }
        }

        hello = new ClientHello(name, isAcme);
        return true;
    }

    /// <summary>One host name: more than one has never been defined, and who reads which would be a guess.</summary>
    private static bool TryReadName(ReadOnlySpan<byte> data, out string? name)
    {
        name = null;
        if (!TryTake(ref data, 2, out var list) || !data.IsEmpty || list.IsEmpty || list[0] != 0)
        {
            return false;
        }

        list = list[1..];
        if (!TryTake(ref list, 2, out var host) || !list.IsEmpty || host.IsEmpty || host.Length > 255 || host.ContainsAnyExcept(NameBytes))
        {
            return false;
        }

        host = host[^1] == '.' ? host[..^1] : host;
        if (host.IsEmpty || host[0] == '.' || host.IndexOf(".."u8) >= 0)
        {
            return false;
        }

        name = Encoding.ASCII.GetString(host).ToLowerInvariant();
        return true;
    }

    private static bool TryReadProtocols(ReadOnlySpan<byte> data, out bool isAcme)
    {
        isAcme = false;
        if (!TryTake(ref data, 2, out var list) || !data.IsEmpty || list.IsEmpty)
        {
            return false;
        }

        var count = 0;
        while (!list.IsEmpty)
        {
            if (!TryTake(ref list, 1, out var protocol) || protocol.IsEmpty)
            {
                return false;
            }

            isAcme = count++ == 0 && protocol.SequenceEqual("acme-tls/1"u8);
        }

        return true;
    }

    /// <summary>Takes a vector with a length of one or two bytes before it.</summary>
    private static bool TryTake(ref ReadOnlySpan<byte> rest, int lengthBytes, out ReadOnlySpan<byte> vector)
    {
        vector = default;
        if (rest.Length < lengthBytes)
        {
            return false;
        }

        var length = lengthBytes == 1 ? rest[0] : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length - lengthBytes < length)
        {
            return false;
        }

        vector = rest.Slice(lengthBytes, length);
        rest = rest[(lengthBytes + length)..];
        return true;
    }
}
