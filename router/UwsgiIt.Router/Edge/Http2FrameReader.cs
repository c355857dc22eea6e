using System.Buffers;
using System.Buffers.Binary;

namespace UwsgiIt.Router.Edge;

/// <summary>Follows the frame headers of one direction of an HTTP/2 connection (RFC 9113, 4.1) and steps over everything else.</summary>
internal struct Http2FrameReader
{
    public const int PrefaceBytes = 24;

    private const int HeaderBytes = 9;

    private long _skip;
    private ulong _head;
    private int _headBytes;

    public Http2FrameReader(int skip) => _skip = skip;

    /// <summary>Type, flags and length of the next frame that begins in <paramref name="bytes"/>; false when there is none, all of it then being seen.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out byte type, out byte flags, out int length)
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
                (type, flags, length) = (0, 0, 0);
                return false;
            }

            // Length, type and flags are the first five bytes; the stream's number is stepped over.
            if (_headBytes == 0 && bytes.Length >= HeaderBytes)
            {
                _head = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 8) | bytes[4];
                bytes = bytes[HeaderBytes..];
            }
            else
            {
                if (_headBytes < 5)
                {
                    _head = (_head << 8) | bytes[0];
                }

                bytes = bytes[1..];
                if (++_headBytes < HeaderBytes)
                {
                    continue;
                }
            }

            _headBytes = 0;
            length = (int)(_head >> 16);
            type = (byte)(_head >> 8);
            flags = (byte)_head;
            _head = 0;
            _skip = length;
            return true;
        }
    }
}
