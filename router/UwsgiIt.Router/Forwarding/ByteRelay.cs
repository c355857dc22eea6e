using System.Buffers;
using System.Net.Sockets;

namespace UwsgiIt.Router.Forwarding;

/// <summary>Bytes both ways between a client and an upstream until one side ends.</summary>
internal static class ByteRelay
{
    private const int RelayBytes = 8 * 1024;

    /// <summary>
    /// Never throws for what either side did. When the client has no more to say the upstream still may; when the upstream has ended, so has
    /// the session, with all it said on its way to the client. Tells how many bytes went each way.
    /// </summary>
    public static async Task<(long ToUpstream, long ToClient)> RunAsync(Stream client, UpstreamConnection connection, TimeSpan idleTimeout, CancellationToken clientGone)
    {
        // Silence is normal here; the deadline is that of the session.
        var idle = (long)idleTimeout.TotalMilliseconds;
        connection.Deadline = Environment.TickCount64 + idle;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(clientGone);
        using var aborted = clientGone.UnsafeRegister(static state => ((UpstreamConnection)state!).Abort(), connection);
        var toUpstream = ToUpstreamAsync(client, connection, idle, ended.Token);
        var toClient = await ToClientAsync(client, connection, idle);
        connection.Abort();
        await ended.CancelAsync();
        return (await toUpstream, toClient);
    }

    private static async Task<long> ToUpstreamAsync(Stream client, UpstreamConnection connection, long idle, CancellationToken ended)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(RelayBytes);
        var total = 0L;
        try
        {
            while (await client.ReadAsync(buffer, ended) is var count and > 0)
            {
                connection.Deadline = Environment.TickCount64 + idle;
                await connection.SendAsync(buffer.AsMemory(0, count));
                total += count;
            }

            connection.ShutdownSend();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or BadHttpRequestException)
        {
            // Either side is gone; end the other direction too.
            connection.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return total;
    }

    private static async Task<long> ToClientAsync(Stream client, UpstreamConnection connection, long idle)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(RelayBytes);
        var total = 0L;
        try
        {
            if (!connection.Buffered.IsEmpty)
            {
                var early = connection.Buffered.ToArray();
                connection.ReleaseBuffer();
                await WriteAsync(client, early, idle);
                total += early.Length;
            }

            while (await connection.ReceiveAsync(buffer) is var count and > 0)
            {
                connection.Deadline = Environment.TickCount64 + idle;
                await WriteAsync(client, buffer.AsMemory(0, count), idle);
                total += count;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // As above.
        }
        catch (TimeoutException)
        {
            // The client does not read; its connection is ended by whoever called, and the write with it. The buffer stays the write's.
            buffer = null;
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        return total;
    }

    private static async ValueTask WriteAsync(Stream client, ReadOnlyMemory<byte> memory, long idle)
    {
        var write = client.WriteAsync(memory);
        if (write.IsCompletedSuccessfully)
        {
            await write;
        }
        else
        {
            await write.AsTask().WaitAsync(TimeSpan.FromMilliseconds(idle));
        }

        await client.FlushAsync();
    }
}
