using System.Buffers.Text;
using System.Text;
using UwsgiIt.Router.Buffers;

namespace UwsgiIt.Router.Forwarding;

/// <summary>A growing buffer for a request head and then for pieces of its body. Rented for one request.</summary>
internal sealed class RequestBuffer
{
    /// <summary>Room for a body piece with its framing, in bytes.</summary>
    public const int PieceBytes = 32 * 1024;

    private byte[] _array = [];

    public int Length { get; set; }

    /// <summary>Bytes at the start that are not to be sent.</summary>
    public int Skip { get; set; }

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(Skip, Length - Skip);

    /// <summary>Starts afresh with what is allocated.</summary>
    public void Clear() => Length = Skip = 0;

    public static RequestBuffer Rent() => ThreadCache<RequestBuffer>.Rent();

    public void Return()
    {
        Release();
        ThreadCache<RequestBuffer>.Return(this);
    }

    /// <summary>Gives the memory back; the buffer may be used again.</summary>
    public void Release()
    {
        if (_array.Length > 0)
        {
            ByteBuffers.Return(_array);
            _array = [];
        }

        Clear();
    }

    /// <summary>The next <paramref name="count"/> bytes, which the caller fills.</summary>
    public Span<byte> Reserve(int count)
    {
        EnsureFree(count);
        var reserved = _array.AsSpan(Length, count);
        Length += count;
        return reserved;
    }

    public Span<byte> Written(int start) => _array.AsSpan(start, Length - start);

    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Text as Kestrel decoded it from Latin-1 or ASCII bytes.</summary>
    public void Write(ReadOnlySpan<char> text) => Encoding.Latin1.GetBytes(text, Reserve(text.Length));

    public void Write(long number)
    {
        EnsureFree(20);
        Utf8Formatter.TryFormat(number, _array.AsSpan(Length), out var count);
        Length += count;
    }

    public void WriteHexadecimal(int number)
    {
        EnsureFree(8);
        Utf8Formatter.TryFormat(number, _array.AsSpan(Length), out var count, 'x');
        Length += count;
    }

    private void EnsureFree(int count)
    {
        if (_array.Length - Length >= count)
        {
            return;
        }

        var larger = ByteBuffers.Rent(Math.Max(_array.Length * 2, Length + count));
        _array.AsSpan(0, Length).CopyTo(larger);
        if (_array.Length > 0)
        {
            ByteBuffers.Return(_array);
        }

        _array = larger;
    }
}
