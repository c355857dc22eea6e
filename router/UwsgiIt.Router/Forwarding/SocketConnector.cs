using System.Net.Sockets;

namespace UwsgiIt.Router.Forwarding;

/// <summary>The stock transport: the runtime's own sockets, carried by pipes.</summary>
internal sealed class SocketConnector : IUpstreamConnector
{
    // A unix listener with a full backlog refuses at once (EAGAIN) instead of queueing as TCP does, so waiting is up to us.
    private static readonly TimeSpan BacklogRetry = TimeSpan.FromMilliseconds(10);

    public async ValueTask<UpstreamConnection> ConnectAsync(Upstream upstream, TimeSpan timeout, CancellationToken cancellationToken) =>
        new PipeUpstreamConnection(await OpenAsync(upstream, timeout, cancellationToken), upstream);

    /// <summary>A connected socket, the caller's from then on; throws <see cref="TimeoutException"/> when it took too long.</summary>
    public static async ValueTask<Socket> OpenAsync(Upstream upstream, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        while (true)
        {
            var socket = upstream.Address.IsUnix
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(upstream.Address.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                using var owned = OwnedSocket.Open(upstream);
                await socket.ConnectAsync(owned is null ? upstream.Address.EndPoint : OwnedSocket.EndPoint(owned), deadline.Token);
                return socket;
            }
            catch (SocketException e) when (upstream.Address.IsUnix && e.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
            {
                socket.Dispose();
                await WaitAsync(deadline.Token, cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                socket.Dispose();
                throw new TimeoutException();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private static async ValueTask WaitAsync(CancellationToken deadline, CancellationToken client)
    {
        try
        {
            await Task.Delay(BacklogRetry, deadline);
        }
        catch (OperationCanceledException) when (!client.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }
}
