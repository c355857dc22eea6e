namespace UwsgiIt.Router.Forwarding;

/// <summary>A body of known length. Bytes beyond it are dropped, and the connection with them.</summary>
internal sealed class LengthDecoder(long length) : IResponseDecoder
{
    private long _left = length;

    public bool IsComplete => _left == 0;

    public bool IsFaulted { get; private set; }

    public int Decode(Span<byte> data)
    {
        var payload = (int)Math.Min(data.Length, _left);
        _left -= payload;
        IsFaulted |= payload < data.Length;
        return payload;
    }

    public bool EndsWithClose() => IsComplete;
}
