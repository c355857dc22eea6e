using System.Runtime.InteropServices;

namespace UwsgiIt.Linux;

/// <summary>What an <see cref="IoRing"/> says of one operation that has ended, in the kernel's form (struct io_uring_cqe).</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct RingCompletion
{
    private const uint HasBuffer = 1 << 0;
    private const uint HasMore = 1 << 1;
    private const uint SocketNotEmpty = 1 << 2;

    private readonly ulong _tag;
    private readonly int _result;
    private readonly uint _flags;

    /// <summary>What the operation was begun with.</summary>
    public ulong Tag => _tag;

    /// <summary>Bytes, 0 at the end of a stream, poll events, or a negated errno.</summary>
    public int Result => _result;

    /// <summary>The buffer that was received into, to be given back; -1 for none.</summary>
    public int Buffer => (_flags & HasBuffer) != 0 ? (int)(_flags >> 16) : -1;

    /// <summary>The operation goes on and will complete again.</summary>
    public bool GoesOn => (_flags & HasMore) != 0;

    /// <summary>More can be received than was.</summary>
    public bool IsSocketNotEmpty => (_flags & SocketNotEmpty) != 0;
}
