namespace UwsgiIt.Protocol.Packets;

/// <summary>Walks a var block. After <see cref="TryRead"/> returned false, <see cref="IsMalformed"/> tells an end from a fault.</summary>
public ref struct UwsgiVarReader
{
    /// <summary>Starts at the first record of <paramref name="block"/>.</summary>
    public UwsgiVarReader(ReadOnlySpan<byte> block) => throw new NotImplementedException();

    /// <summary>Offset of the next record, in bytes from the start of the block.</summary>
    public readonly int Position => throw new NotImplementedException();

    /// <summary>True once a record was truncated or had an empty name.</summary>
    public readonly bool IsMalformed => throw new NotImplementedException();

    /// <summary>Reads the next record; both spans point into the block.</summary>
    public bool TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();
}
