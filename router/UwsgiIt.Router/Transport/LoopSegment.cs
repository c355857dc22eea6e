using System.Buffers;
using UwsgiIt.Router.Buffers;

namespace UwsgiIt.Router.Transport;

/// <summary>A pooled buffer in a chain; bytes between the reader's position and <see cref="End"/> are unread.</summary>
internal sealed class LoopSegment : ReadOnlySequenceSegment<byte>
{
    public byte[] Array { get; private set; } = [];

    public int Start { get; set; }

    public int End { get; set; }

    public int Room => Array.Length - End;

    public LoopSegment? Following => (LoopSegment?)Next;

    public static LoopSegment Rent(int bytes)
    {
        var segment = ThreadCache<LoopSegment>.Rent();
        segment.Array = ByteBuffers.Rent(bytes);
        segment.Memory = segment.Array;
        return segment;
    }

    /// <summary>Chains another behind this one, which is full from now on.</summary>
    public void Append(LoopSegment next)
    {
        Memory = Array.AsMemory(0, End);
        next.RunningIndex = RunningIndex + End;
        Next = next;
    }

    /// <summary>Gives buffer and segment back; nobody may look at either any more.</summary>
    public void Return()
    {
        ByteBuffers.Return(Array);
        Array = [];
        Memory = default;
        Next = null;
        RunningIndex = 0;
        Start = End = 0;
        ThreadCache<LoopSegment>.Return(this);
    }
}
