namespace UwsgiIt.Protocol.Packets;

/// <summary>Writes records into a caller's buffer. Allocates nothing; a record that does not fit leaves the buffer as it was.</summary>
public ref struct UwsgiVarWriter
{
    /// <summary>Starts writing at offset 0 of <paramref name="buffer"/>.</summary>
    public UwsgiVarWriter(Span<byte> buffer) => throw new NotImplementedException();

    /// <summary>Bytes written so far.</summary>
    public readonly int Written => throw new NotImplementedException();

    /// <summary>Appends a record; false when the name is empty or it does not fit.</summary>
    public bool TryWrite(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => throw new NotImplementedException();

    /// <summary>Appends a record whose value is text, written as Latin-1 (bytes of a header as Kestrel decoded them).</summary>
    public bool TryWrite(ReadOnlySpan<byte> name, ReadOnlySpan<char> value) => throw new NotImplementedException();
}
