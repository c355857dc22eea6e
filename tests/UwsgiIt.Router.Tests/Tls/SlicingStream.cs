using System.Net.Sockets;

namespace UwsgiIt.Router.Tests.Tls;

/// <summary>Cuts what is written into pieces, each a packet of its own, and reads no more than a piece at once. Resets the connection after so many bytes.</summary>
internal sealed class SlicingStream(Stream inner, Func<int> next, int resetAfter = int.MaxValue) : Stream
{
    private int _left = resetAfter;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(count, next()));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer[..Math.Min(buffer.Length, next())], cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var length = Math.Min(Math.Min(buffer.Length, _left), next());
            await inner.WriteAsync(buffer[..length], cancellationToken);
            buffer = buffer[length..];
            _left -= length;
            if (_left == 0)
            {
                ((NetworkStream)inner).Socket.LingerState = new LingerOption(true, 0);
                inner.Dispose();
                throw new IOException("Reset, as wanted.");
            }
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
