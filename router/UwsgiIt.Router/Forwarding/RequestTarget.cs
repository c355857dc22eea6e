using System.Text;

namespace UwsgiIt.Router.Forwarding;

/// <summary>The request target and its path as CGI-like upstreams want it.</summary>
internal static class RequestTarget
{
    /// <summary>The target in origin form: an absolute one loses its scheme and authority, which became the Host.</summary>
    public static ReadOnlySpan<char> OriginForm(string rawTarget)
    {
        var target = rawTarget.AsSpan();
        var hash = target.IndexOf('#');
        if (hash >= 0)
        {
            target = target[..hash];
        }

        if (target.Length > 0 && target[0] == '/')
        {
            return target;
        }

        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return target;
        }

        var path = target[(scheme + 3)..].IndexOfAny('/', '?');
        return path < 0 ? "/" : target[(scheme + 3 + path)..];
    }

    /// <summary>
    /// PATH_INFO: decoded once, then dot segments removed, so that <c>%2e%2e</c> climbs no further than <c>..</c> does. False for an
    /// escape that is none and for a NUL. <paramref name="destination"/> must be as long as <paramref name="path"/> in UTF-8.
    /// </summary>
    public static bool TryDecodePath(ReadOnlySpan<char> path, Span<byte> destination, out int length)
    {
        length = Encoding.UTF8.GetBytes(path, destination);
        var read = 0;
        var write = 0;
        while (read < length)
        {
            var value = destination[read++];
            if (value == '%')
            {
                if (length - read < 2 || !char.IsAsciiHexDigit((char)destination[read]) || !char.IsAsciiHexDigit((char)destination[read + 1]))
                {
                    return false;
                }

                value = (byte)((HexValue(destination[read]) << 4) | HexValue(destination[read + 1]));
                read += 2;
            }

            if (value == 0)
            {
                return false;
            }

            destination[write++] = value;
        }

        length = RemoveDotSegments(destination[..write]);
        return true;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static int RemoveDotSegments(Span<byte> path)
    {
        if (path.IsEmpty || path[0] != '/' || (path.IndexOf("/."u8) < 0))
        {
            return path.Length;
        }

        var write = 0;
        var read = 0;
        while (read < path.Length)
        {
            var end = path[(read + 1)..].IndexOf((byte)'/');
            end = end < 0 ? path.Length : read + 1 + end;
            var segment = path[read..end];
            var isLast = end == path.Length;
            if (segment.SequenceEqual("/."u8) || segment.SequenceEqual("/.."u8))
            {
                if (segment.Length == 3)
                {
                    write = Math.Max(0, path[..write].LastIndexOf((byte)'/'));
                }

                if (isLast)
                {
                    path[write++] = (byte)'/';
                }
            }
            else
            {
                segment.CopyTo(path[write..]);
                write += segment.Length;
            }

            read = end;
        }

        return write;
    }
}
