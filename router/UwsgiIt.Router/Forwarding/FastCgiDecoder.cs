using System.Buffers.Binary;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// Takes the payload of FCGI_STDOUT out of a stream of FastCGI 1.0 records. Standard error is kept for the log up to a bound; types not
/// meant for a responder are skipped; a record of another request is a fault.
/// </summary>
internal sealed class FastCgiDecoder : IResponseDecoder
{
    public const int HeaderBytes = 8;
    public const byte BeginRequest = 1;
    public const byte EndRequest = 3;
    public const byte Params = 4;
    public const byte Stdin = 5;
    public const byte Stdout = 6;
    public const byte Stderr = 7;

    /// <summary>Our only request id on a connection: we do not multiplex.</summary>
    public const ushort RequestId = 1;

    // Ours: standard error beyond this is counted and dropped; a backend may print for ever, but not into our memory.
    private const int MaxErrorBytes = 2048;

    // Ours: what is no answer (headers, padding, standard error, types we skip) beyond this and the answer's own size. A backend that talks
    // beside its answer would otherwise hold client and connection for ever, never idle.
    private const long MaxOverheadBytes = 1024 * 1024;

    private readonly byte[] _header = new byte[HeaderBytes];
    private int _headerBytes;
    private int _contentLeft;
    private int _paddingLeft;
    private bool _ended;
    private byte[]? _error;
    private long _answerBytes;
    private long _overheadBytes;

    public bool IsComplete => _ended && _contentLeft == 0 && _paddingLeft == 0;

    public bool IsFaulted { get; private set; }

    /// <summary>What the application printed on standard error, at most 2,048 bytes.</summary>
    public ReadOnlySpan<byte> Error => _error.AsSpan(0, ErrorBytes);

    public int ErrorBytes { get; private set; }

    public bool EndsWithClose() => IsComplete;

    public int Decode(Span<byte> data)
    {
        var payload = 0;
        var position = 0;
        while (position < data.Length && !IsFaulted)
        {
            if (IsComplete)
            {
                IsFaulted = true;
            }
            else if (_contentLeft > 0)
            {
                var content = data.Slice(position, Math.Min(_contentLeft, data.Length - position));
                position += content.Length;
                _contentLeft -= content.Length;
                payload += TakeContent(content, data[payload..]);
            }
            else if (_paddingLeft > 0)
            {
                var padding = Math.Min(_paddingLeft, data.Length - position);
                position += padding;
                _paddingLeft -= padding;
            }
            else
            {
                _header[_headerBytes++] = data[position++];
                if (_headerBytes == HeaderBytes)
                {
                    ReadHeader();
                }
            }
        }

        return payload;
    }

    private void ReadHeader()
    {
        _headerBytes = 0;
        _overheadBytes += HeaderBytes + _header[6];
        var requestId = BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2));
        _contentLeft = BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(4));
        _paddingLeft = _header[6];

        // Id 0 is for management records, which we never asked for and skip.
        IsFaulted = _header[0] != 1 || (requestId != RequestId && requestId != 0) || (_ended && _header[1] != EndRequest) || _overheadBytes > MaxOverheadBytes + _answerBytes;
        if (_header[1] == EndRequest && requestId == RequestId)
        {
            IsFaulted |= _ended || _contentLeft != 8;
            _ended = true;
        }
    }

    private int TakeContent(ReadOnlySpan<byte> content, Span<byte> destination)
    {
        switch (_header[1])
        {
            case Stdout:
                content.CopyTo(destination);
                _answerBytes += content.Length;
                return content.Length;
            case Stderr:
                _error ??= new byte[MaxErrorBytes];
                var kept = Math.Min(content.Length, MaxErrorBytes - ErrorBytes);
                content[..kept].CopyTo(_error.AsSpan(ErrorBytes));
                ErrorBytes += kept;
                _overheadBytes += content.Length;
                return 0;
            default:
                _overheadBytes += content.Length;
                return 0;
        }
    }
}
