using System.Buffers.Binary;
using System.Text;

namespace UwsgiIt.Protocol.Packets;

/// <summary>Writes records into a caller's buffer. Allocates nothing; a record that does not fit leaves <see cref="Written"/> as it was.</summary>
public ref struct UwsgiVarWriter
{
    private readonly Span<byte> _buffer;

    /// <summary>Starts writing at offset 0 of <paramref name="buffer"/>.</summary>
    public UwsgiVarWriter(Span<byte> buffer)
    {
        _buffer = buffer;
        Written = 0;
    }

    /// <summary>Bytes written so far.</summary>
    public int Written { get; private set; }

    /// <summary>Appends a record; false when the name is empty or it does not fit.</summary>
    public bool TryWrite(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        if (!TryReserve(name, value.Length, out var destination))
        {
            return false;
        }

        value.CopyTo(destination);
        return true;
    }

    /// <summary>Appends a record whose value is text, written as Latin-1 (bytes of a header as Kestrel decoded them).</summary>
    public bool TryWrite(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<char> value)
    {
        if (!TryReserve(name, value.Length, out var destination))
        {
            return false;
        }

        Encoding.Latin1.GetBytes(value, destination);
        return true;
    }

    /// <summary>Appends a record and hands out the space of its value, which the caller must fill; false when it does not fit.</summary>
    public bool TryReserve(scoped ReadOnlySpan<byte> name, int valueLength, out Span<byte> value)
    {
        var length = 4 + name.Length + valueLength;
        if (name.IsEmpty || name.Length > ushort.MaxValue || valueLength > ushort.MaxValue || length > _buffer.Length - Written)
        {
            value = default;
            return false;
        }

        var record = _buffer.Slice(Written, length);
        BinaryPrimitives.WriteUInt16LittleEndian(record, (ushort)name.Length);
        name.CopyTo(record[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(record[(2 + name.Length)..], (ushort)valueLength);
        value = record[(4 + name.Length)..];
        Written += length;
        return true;
    }
}
