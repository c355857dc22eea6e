using System.Buffers.Text;
using System.Text;

namespace UwsgiIt.LoadTest;

/// <summary>Reads answers of one connection, one after the other: by length, in chunks, or to the end of the connection. Bodies are dropped.</summary>
internal sealed class Http1Answer(Stream stream, byte[] buffer)
{
    private int _start;
    private int _end;

    // Of the head that was read last; the length is -1 where none was given.
    private long _length;
    private bool _isChunked;

    /// <summary>HTTP status of the last answer.</summary>
    public int Status { get; private set; }

    /// <summary>True when the connection ends with the last answer.</summary>
    public bool IsLast { get; private set; }

    /// <summary>Reads a whole answer and gives its length in bytes. Throws <see cref="IOException"/> or <see cref="InvalidDataException"/> when there is none.</summary>
    public async ValueTask<long> ReadAsync(bool isHead, CancellationToken cancellationToken)
    {
        if (_start != _end)
        {
            throw new InvalidDataException("the connection brought more than its answers");
        }

        var total = 0L;
        do
        {
            total += await ReadHeadAsync(cancellationToken);
        }
        while (Status is >= 100 and < 200 and not 101);

        if (isHead || Status is 101 or 204 or 304)
        {
            return total;
        }

        return total + (_isChunked ? await SkipChunksAsync(cancellationToken) : _length >= 0 ? await SkipAsync(_length, cancellationToken) : await SkipToEndAsync(cancellationToken));
    }

    private async ValueTask<int> ReadHeadAsync(CancellationToken cancellationToken)
    {
        int length;
        while ((length = buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await FillAsync(cancellationToken))
            {
                throw new EndOfStreamException("the connection ended before the answer");
            }
        }

        ParseHead(buffer.AsSpan(_start, length + 2));
        _start += length + 4;
        return length + 4;
    }

    private void ParseHead(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12 || !head.StartsWith("HTTP/1."u8) || !Utf8Parser.TryParse(head[9..12], out int status, out _))
        {
            throw new InvalidDataException("the answer is not HTTP/1");
        }

        Status = status;
        IsLast = head[7] == (byte)'0';
        _length = -1;
        _isChunked = false;
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            if (TryValue(line, "content-length:"u8, out var value))
            {
                _length = Utf8Parser.TryParse(value, out long length, out var used) && used == value.Length && length >= 0 ? length : throw new InvalidDataException("the answer's Content-Length is no number");
            }
            else if (TryValue(line, "transfer-encoding:"u8, out value))
            {
                _isChunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
            }
            else if (TryValue(line, "connection:"u8, out value))
            {
                IsLast = Ascii.EqualsIgnoreCase(value, "close"u8);
            }
        }
    }

    private static bool TryValue(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var has = line.Length >= name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name);
        value = has ? line[name.Length..].Trim((byte)' ') : default;
        return has;
    }

    private async ValueTask<long> SkipAsync(long count, CancellationToken cancellationToken)
    {
        for (var left = count; left > 0;)
        {
            if (_start == _end && !await FillAsync(cancellationToken))
            {
                throw new EndOfStreamException("the connection ended within the answer");
            }

            var step = (int)Math.Min(left, _end - _start);
            _start += step;
            left -= step;
        }

        return count;
    }

    private async ValueTask<long> SkipToEndAsync(CancellationToken cancellationToken)
    {
        IsLast = true;
        var total = 0L;
        do
        {
            total += _end - _start;
            _start = _end;
        }
        while (await FillAsync(cancellationToken));
        return total;
    }

    private async ValueTask<long> SkipChunksAsync(CancellationToken cancellationToken)
    {
        for (var total = 0L; ;)
        {
            var (size, line) = await ReadChunkSizeAsync(cancellationToken);
            total += line + await SkipAsync(size, cancellationToken);
            if (size > 0)
            {
                total += await SkipAsync(2, cancellationToken);
                continue;
            }

            // Trailers, then an empty line.
            int length;
            do
            {
                length = await LineAsync(cancellationToken);
                _start += length + 2;
                total += length + 2;
            }
            while (length > 0);
            return total;
        }
    }

    private async ValueTask<(long Size, int LineBytes)> ReadChunkSizeAsync(CancellationToken cancellationToken)
    {
        var length = await LineAsync(cancellationToken);
        if (!Utf8Parser.TryParse(buffer.AsSpan(_start, length), out long size, out _, 'x') || size < 0)
        {
            throw new InvalidDataException("the answer's chunks are malformed");
        }

        _start += length + 2;
        return (size, length + 2);
    }

    /// <summary>Length of the line that starts now, without its end.</summary>
    private async ValueTask<int> LineAsync(CancellationToken cancellationToken)
    {
        int length;
        while ((length = buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
        {
            if (!await FillAsync(cancellationToken))
            {
                throw new EndOfStreamException("the connection ended within the answer");
            }
        }

        return length;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_start > 0 && _end == buffer.Length)
        {
            buffer.AsSpan(_start, _end - _start).CopyTo(buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == buffer.Length)
        {
            throw new InvalidDataException("the answer's head is longer than the buffer for it");
        }

        var count = await stream.ReadAsync(buffer.AsMemory(_end), cancellationToken);
        _end += count;
        return count > 0;
    }
}
