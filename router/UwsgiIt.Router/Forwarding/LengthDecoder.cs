namespace UwsgiIt.Router.Forwarding;

/// <summary>A body of known length. Bytes beyond it are dropped, and the connection with them.</summary>
internal sealed class LengthDecoder : IResponseDecoder
{
    private long _left;

    public bool IsComplete => _left == 0;

    public bool IsFaulted { get; private set; }

    /// <summary>Expects so many bytes from now on.</summary>
    public LengthDecoder Expect(long length)
    {
        _left = length;
        IsFaulted = false;
        return this;
    }

    public int Decode(Span<byte> data)
    {
        var payload = (int)Math.Min(data.Length, _left);
        _left -= payload;
        IsFaulted |= payload < data.Length;
        return payload;
    }

    public bool EndsWithClose() => IsComplete;
}
