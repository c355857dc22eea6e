namespace UwsgiIt.Router.Forwarding;

/// <summary>The chunked transfer coding (RFC 9112, 7.1). Extensions and trailers are bounded and dropped; a bare LF is refused.</summary>
internal sealed class ChunkedDecoder : IResponseDecoder
{
    // Ours: no honest upstream comes near; arbitrary, may grow.
    private const int MaxLineBytes = 4096;
    private const int MaxTrailerBytes = 16 * 1024;

    private State _state = State.Size;
    private long _left;
    private int _digits;
    private int _lineBytes;
    private int _trailerBytes;
    private bool _hasExcess;

    private enum State
    {
        Size,
        Extension,
        SizeLineFeed,
        Data,
        DataCarriageReturn,
        DataLineFeed,
        TrailerStart,
        Trailer,
        TrailerLineFeed,
        FinalLineFeed,
        Complete,
        Faulted,
    }

    public bool IsComplete => _state == State.Complete;

    public bool IsFaulted => _hasExcess || _state == State.Faulted;

    public bool EndsWithClose() => IsComplete;

    public int Decode(Span<byte> data)
    {
        var payload = 0;
        var position = 0;
        while (position < data.Length)
        {
            if (_state == State.Data)
            {
                var count = (int)Math.Min(_left, data.Length - position);
                data.Slice(position, count).CopyTo(data[payload..]);
                payload += count;
                position += count;
                _left -= count;
                if (_left == 0)
                {
                    _state = State.DataCarriageReturn;
                }

                continue;
            }

            if (_state is State.Complete or State.Faulted)
            {
                // Bytes after the end: an answer to a question nobody asked.
                _hasExcess = true;
                break;
            }

            _state = Step(data[position++]);
        }

        return payload;
    }

    private State Step(byte value)
    {
        switch (_state)
        {
            case State.Size:
                return value switch
                {
                    (byte)'\r' when _digits > 0 => State.SizeLineFeed,
                    (byte)';' or (byte)' ' or (byte)'\t' when _digits > 0 => State.Extension,
                    _ => AddDigit(value),
                };
            case State.Extension:
                return value switch
                {
                    (byte)'\r' => State.SizeLineFeed,
                    (byte)'\n' => State.Faulted,
                    _ => ++_lineBytes > MaxLineBytes ? State.Faulted : State.Extension,
                };
            case State.SizeLineFeed:
                _digits = _lineBytes = 0;
                return value != '\n' ? State.Faulted : _left > 0 ? State.Data : State.TrailerStart;
            case State.DataCarriageReturn:
                return value == '\r' ? State.DataLineFeed : State.Faulted;
            case State.DataLineFeed:
                return value == '\n' ? State.Size : State.Faulted;
            case State.TrailerStart:
                return value == '\r' ? State.FinalLineFeed : CountTrailer(value);
            case State.Trailer:
                return value == '\r' ? State.TrailerLineFeed : CountTrailer(value);
            case State.TrailerLineFeed:
                return value == '\n' ? State.TrailerStart : State.Faulted;
            case State.FinalLineFeed:
                return value == '\n' ? State.Complete : State.Faulted;
            default:
                return State.Faulted;
        }
    }

    private State AddDigit(byte value)
    {
        // Fifteen hexadecimal digits cannot overflow a long.
        if (!char.IsAsciiHexDigit((char)value) || ++_digits > 15)
        {
            return State.Faulted;
        }

        _left = (_left << 4) | (uint)(value <= '9' ? value - '0' : (value | 0x20) - 'a' + 10);
        return State.Size;
    }

    private State CountTrailer(byte value) => value == '\n' || ++_trailerBytes > MaxTrailerBytes ? State.Faulted : State.Trailer;
}
