using System.Buffers;

namespace UwsgiIt.Router.Transport;

/// <summary>A pooled buffer in a chain; bytes between the reader's position and <see cref="End"/> are unread.</summary>
internal sealed class LoopSegment : ReadOnlySequenceSegment<byte>
{
    public LoopSegment(int bytes)
    {
        Array = ArrayPool<byte>.Shared.Rent(bytes);
        Memory = Array;
    }

    public byte[] Array { get; }

    public int Start { get; set; }

    public int End { get; set; }

    public int Room => Array.Length - End;

    public LoopSegment? Following => (LoopSegment?)Next;

    /// <summary>Chains another behind this one, which is full from now on.</summary>
    public void Append(LoopSegment next)
    {
        Memory = Array.AsMemory(0, End);
        next.RunningIndex = RunningIndex + End;
        Next = next;
    }

    public void Return() => ArrayPool<byte>.Shared.Return(Array);
}
