using System.Buffers.Binary;

namespace UwsgiIt.Protocol.Packets;

/// <summary>The four bytes before every uwsgi packet: modifier1, data size (little endian, without these four), modifier2.</summary>
public readonly record struct UwsgiHeader(byte Modifier1, ushort DataSize, byte Modifier2)
{
    /// <summary>Length of a header, in bytes.</summary>
    public const int Size = 4;

    /// <summary>Reads a header; false when fewer than four bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out UwsgiHeader header)
    {
        if (source.Length < Size)
        {
            header = default;
            return false;
        }

        header = new UwsgiHeader(source[0], BinaryPrimitives.ReadUInt16LittleEndian(source[1..]), source[3]);
        return true;
    }

    /// <summary>Writes the header into the first four bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        destination[3] = Modifier2;
        destination[0] = Modifier1;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], DataSize);
    }
}
