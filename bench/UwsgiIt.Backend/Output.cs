namespace UwsgiIt.Backend;

/// <summary>What a connection still has to send: small pieces gathered in one buffer, large ones by reference behind them.</summary>
internal sealed class Output
{
    private const int SmallBytes = 4096;

    private readonly Queue<ReadOnlyMemory<byte>> _large = new();
    private byte[] _small = new byte[64 * 1024];
    private int _start;
    private int _end;
    private int _sentOfLarge;

    /// <summary>What to send next; empty when all is sent.</summary>
    public ReadOnlySpan<byte> Next => _end > _start ? _small.AsSpan(_start, _end - _start) : _large.TryPeek(out var large) ? large.Span[_sentOfLarge..] : [];

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_large.Count > 0)
        {
            _large.Enqueue(bytes.ToArray());
            return;
        }

        if (_end + bytes.Length > _small.Length)
        {
            Array.Resize(ref _small, Math.Max(_small.Length * 2, _end + bytes.Length));
        }

        bytes.CopyTo(_small.AsSpan(_end));
        _end += bytes.Length;
    }

    public void WriteBody(ReadOnlyMemory<byte> body)
    {
        if (body.Length <= SmallBytes)
        {
            Write(body.Span);
        }
        else
        {
            _large.Enqueue(body);
        }
    }

    public void Sent(int count)
    {
        if (_end > _start)
        {
            _start += count;
            if (_start == _end)
            {
                _start = _end = 0;
            }

            return;
        }

        _sentOfLarge += count;
        if (_sentOfLarge == _large.Peek().Length)
        {
            _large.Dequeue();
            _sentOfLarge = 0;
        }
    }
}
