using System.Buffers.Binary;

namespace UwsgiIt.Tuntap.Tunnel;

/// <summary>
/// The tunnel's datagrams, numbers little-endian. Initiation: kind, 3 zeros, sender's index, ephemeral key (32), sealed time (8 + 16). Response: kind,
/// zeros, sender's index, receiver's index, ephemeral key, sealed nothing (16). Data: kind, zeros, receiver's index, counter (8), sealed packet.
/// </summary>
internal static class TunnelMessages
{
    /// <summary>None of ours.</summary>
    public const byte None = 0;
    public const byte Initiation = 1;
    public const byte Response = 2;
    public const byte Data = 3;

    public const int KeyBytes = 32;
    public const int TagBytes = 16;
    public const int InitiationBytes = 8 + KeyBytes + 8 + TagBytes;
    public const int ResponseBytes = 12 + KeyBytes + TagBytes;
    public const int DataHeaderBytes = 16;

    /// <summary>Longest packet that is carried, in bytes: with what is around it still a UDP datagram.</summary>
    public const int MaxPacketBytes = 65_507 - DataHeaderBytes - TagBytes;

    /// <summary>What a datagram is, or <see cref="None"/> when it cannot be one of ours.</summary>
    public static byte Kind(ReadOnlySpan<byte> datagram) =>
        datagram.Length < 8 || (datagram[1] | datagram[2] | datagram[3]) != 0 ? None
        : datagram[0] switch
        {
            Initiation when datagram.Length == InitiationBytes => Initiation,
            Response when datagram.Length == ResponseBytes => Response,
            Data when datagram.Length >= DataHeaderBytes + TagBytes => Data,
            _ => None,
        };

    /// <summary>The sender's index of an initiation or response.</summary>
    public static uint Sender(ReadOnlySpan<byte> datagram) => BinaryPrimitives.ReadUInt32LittleEndian(datagram[4..]);

    /// <summary>The receiver's index: of a response behind the sender's, of data in its place.</summary>
    public static uint Receiver(ReadOnlySpan<byte> datagram) => BinaryPrimitives.ReadUInt32LittleEndian(datagram[(datagram[0] == Response ? 8 : 4)..]);

    /// <summary>The ephemeral key of an initiation or response.</summary>
    public static ReadOnlySpan<byte> Ephemeral(ReadOnlySpan<byte> datagram) => datagram.Slice(datagram[0] == Response ? 12 : 8, KeyBytes);

    /// <summary>What is sealed in any of them.</summary>
    public static ReadOnlySpan<byte> Sealed(ReadOnlySpan<byte> datagram) =>
        datagram[(datagram[0] == Data ? DataHeaderBytes : datagram[0] == Response ? 12 + KeyBytes : 8 + KeyBytes)..];

    /// <summary>The counter of data.</summary>
    public static ulong Counter(ReadOnlySpan<byte> datagram) => BinaryPrimitives.ReadUInt64LittleEndian(datagram[8..]);

    public static void WriteHead(Span<byte> datagram, byte kind, uint index)
    {
        datagram[..4].Clear();
        datagram[0] = kind;
        BinaryPrimitives.WriteUInt32LittleEndian(datagram[4..], index);
    }
}
