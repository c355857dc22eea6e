using System.Buffers;

namespace UwsgiIt.Router.Diagnostics;

/// <summary>A buffer writer over one pooled array, which the log's writer gives back.</summary>
internal sealed class LineBuffer : IBufferWriter<byte>
{
    private byte[] _array = ArrayPool<byte>.Shared.Rent(1024);
    private int _length;

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_array.Length - _length < Math.Max(sizeHint, 256))
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_array.Length * 2, _length + Math.Max(sizeHint, 256)));
            _array.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_array);
            _array = larger;
        }

        return _array.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public ArraySegment<byte> Detach() => new(_array, 0, _length);
}
