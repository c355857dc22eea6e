using System.Net.Sockets;
using System.Runtime.CompilerServices;
using UwsgiIt.Linux;
using UwsgiIt.Router.Buffers;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Transport;

/// <summary>Connects to upstreams on the loop of the request.</summary>
internal sealed class LoopConnector(EventLoops loops, UpstreamDeadlines deadlines) : IUpstreamConnector
{
    // As in SocketConnector: a full backlog of a unix listener is no refusal.
    private static readonly TimeSpan BacklogRetry = TimeSpan.FromMilliseconds(10);

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    public async ValueTask<UpstreamConnection> ConnectAsync(Upstream upstream, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var until = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            var connection = Open(upstream, until, out var result);
            if (connection is not null)
            {
                return result == 0 ? connection : await FinishAsync(connection, cancellationToken);
            }

            if (Environment.TickCount64 >= until)
            {
                throw new TimeoutException();
            }

            await Task.Delay(BacklogRetry, cancellationToken);
        }
    }

    /// <summary>Null when the backlog is full.</summary>
    private LoopUpstreamConnection? Open(Upstream upstream, long until, out int result)
    {
        using var owned = OwnedSocket.Open(upstream);
        var socket = StreamSocket.Open(upstream.Address.EndPoint.AddressFamily);
        result = socket.Connect((owned is null ? upstream.Address.NativeBytes : OwnedSocket.NativeBytes(owned)).Span);
        if (result is 0 or StreamSocket.InProgress)
        {
            if (!upstream.Address.IsUnix)
            {
                socket.SetNoDelay();
            }

            return new LoopUpstreamConnection(socket, EventLoop.Current ?? loops.Pick(), upstream) { Deadline = until };
        }

        socket.Dispose();
        return result == StreamSocket.WouldBlock ? null : throw new SocketException(-result);
    }

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private async ValueTask<UpstreamConnection> FinishAsync(LoopUpstreamConnection connection, CancellationToken cancellationToken)
    {
        deadlines.Add(connection);
        try
        {
            using var aborted = cancellationToken.UnsafeRegister(static state => ((UpstreamConnection)state!).Abort(), connection);
            var error = await connection.ConnectedAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return error == 0 && !connection.TimedOut ? connection : throw (connection.TimedOut ? new TimeoutException() : new SocketException(error));
        }
        catch
        {
            deadlines.Remove(connection);
            connection.Dispose();
            throw;
        }
    }
}
