namespace UwsgiIt.Protocol.Packets;

/// <summary>The four bytes before every uwsgi packet: modifier1, data size (little endian, without these four), modifier2.</summary>
public readonly record struct UwsgiHeader(byte Modifier1, ushort DataSize, byte Modifier2)
{
    /// <summary>Length of a header, in bytes.</summary>
    public const int Size = 4;

    /// <summary>Reads a header; false when fewer than four bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out UwsgiHeader header) => throw new NotImplementedException();

    /// <summary>Writes the header into the first four bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination) => throw new NotImplementedException();
}
