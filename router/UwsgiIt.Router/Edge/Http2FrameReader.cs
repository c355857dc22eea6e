using System.Buffers.Binary;

namespace UwsgiIt.Router.Edge;

/// <summary>Follows the frame headers of one direction of an HTTP/2 connection (RFC 9113, 4.1) and steps over everything else but why a GOAWAY was sent.</summary>
internal struct Http2FrameReader
{
    public const int PrefaceBytes = 24;
    public const byte GoAway = 7;

    private const int HeaderBytes = 9;

    // Of a GOAWAY (RFC 9113, 6.8) the last stream and the error code belong to the head, so that the code is at hand.
    private const int GoAwayBytes = HeaderBytes + 8;

    private long _skip;
    private ulong _head;
    private uint _error;
    private int _headBytes;

    public Http2FrameReader(int skip) => _skip = skip;

    /// <summary>The next frame whose head ends in <paramref name="bytes"/>; false when there is none, all of it then being seen.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out Http2Frame frame)
    {
        while (true)
        {
            if (_skip > 0)
            {
                var skipped = (int)Math.Min(_skip, bytes.Length);
                _skip -= skipped;
                bytes = bytes[skipped..];
            }

            if (bytes.IsEmpty)
            {
                frame = default;
                return false;
            }

            // Length, type and flags are the first five bytes; the stream's number is stepped over.
            if (_headBytes == 0 && bytes.Length >= HeaderBytes)
            {
                _head = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 8) | bytes[4];
                _headBytes = HeaderBytes;
                bytes = bytes[HeaderBytes..];
            }
            else
            {
                if (_headBytes < 5)
                {
                    _head = (_head << 8) | bytes[0];
                }

                _error = (_error << 8) | bytes[0];
                bytes = bytes[1..];
                _headBytes++;
            }

            var length = (int)(_head >> 16);
            var type = (byte)(_head >> 8);
            var isLonger = _headBytes >= HeaderBytes && type == GoAway && length >= GoAwayBytes - HeaderBytes;
            if (_headBytes < (isLonger ? GoAwayBytes : HeaderBytes))
            {
                continue;
            }

            frame = new Http2Frame(type, (byte)_head, length, isLonger ? _error : 0);
            _skip = length - (_headBytes - HeaderBytes);
            (_headBytes, _head) = (0, 0);
            return true;
        }
    }
}
