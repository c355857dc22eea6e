using System.Buffers.Binary;

namespace UwsgiIt.Protocol.Packets;

/// <summary>Walks a var block. After <see cref="TryRead"/> returned false, <see cref="IsMalformed"/> tells an end from a fault.</summary>
public ref struct UwsgiVarReader
{
    private readonly ReadOnlySpan<byte> _block;
    private int _position;

    /// <summary>Starts at the first record of <paramref name="block"/>.</summary>
    public UwsgiVarReader(ReadOnlySpan<byte> block)
    {
        _block = block;
        _position = 0;
        IsMalformed = false;
    }

    /// <summary>Offset of the next record, in bytes from the start of the block.</summary>
    public readonly int Position => _position;

    /// <summary>True once a record was truncated or had an empty name.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Reads the next record; both spans point into the block.</summary>
    public bool TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        if (IsMalformed || _position == _block.Length)
        {
            return false;
        }

        if (!TryTake(_position, out name, out var next) || name.IsEmpty || !TryTake(next, out value, out next))
        {
            name = value = default;
            IsMalformed = true;
            return false;
        }

        _position = next;
        return true;
    }

    private readonly bool TryTake(int offset, out ReadOnlySpan<byte> text, out int next)
    {
        text = default;
        next = offset;
        var rest = _block[offset..];
        if (rest.Length < 2)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        if (rest.Length - 2 < length)
        {
            return false;
        }

        text = rest.Slice(2, length);
        next = offset + 2 + length;
        return true;
    }
}
