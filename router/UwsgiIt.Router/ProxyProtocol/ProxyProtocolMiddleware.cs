using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.ProxyProtocol;

/// <summary>
/// The first to see a connection of a listener with PROXY protocol: takes the header off, and from then on the client's addresses are the
/// connection's. No header, no connection; whoever must not send one is closed before a byte is read.
/// </summary>
internal sealed partial class ProxyProtocolMiddleware(ConnectionDelegate next, IReadOnlyList<IPNetwork> senders, TimeSpan timeout, RouterMetrics metrics, ILogger<ProxyProtocolMiddleware> logger)
{
    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        if (await TakeHeaderAsync(connection) is { } refusal)
        {
            metrics.ProxyHeaderRefused(refusal);
            Log.Refused(logger, connection.RemoteEndPoint, refusal);
            return;
        }

        await next(connection);
    }

    /// <summary>Null once the header is taken off.</summary>
    private async ValueTask<ProxyRefusal?> TakeHeaderAsync(ConnectionContext connection)
    {
        if (!MaySend(connection.RemoteEndPoint as IPEndPoint))
        {
            return ProxyRefusal.UnknownSender;
        }

        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(deadline.Token);
                var status = Read(read.Buffer, out var header, out var length);
                if (status == ProxyHeaderStatus.Complete)
                {
                    connection.Transport.Input.AdvanceTo(read.Buffer.GetPosition(length));
                    if (header.Source is not null)
                    {
                        connection.RemoteEndPoint = header.Source;
                        connection.LocalEndPoint = header.Destination;
                    }

                    return null;
                }

                connection.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (status == ProxyHeaderStatus.Malformed || read.IsCompleted)
                {
                    return status == ProxyHeaderStatus.Malformed ? ProxyRefusal.Malformed : ProxyRefusal.Closed;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return connection.ConnectionClosed.IsCancellationRequested ? ProxyRefusal.Closed : ProxyRefusal.TooSlow;
        }
        catch (IOException)
        {
            return ProxyRefusal.Closed;
        }
    }

    private static ProxyHeaderStatus Read(in ReadOnlySequence<byte> buffer, out ProxyHeader header, out int length)
    {
        if (buffer.IsSingleSegment)
        {
            return ProxyHeaderReader.Read(buffer.FirstSpan, out header, out length);
        }

        // What is longer than the longest header makes no difference to it.
        Span<byte> joined = stackalloc byte[(int)Math.Min(buffer.Length, ProxyHeaderReader.MaxBinaryBytes)];
        buffer.Slice(0, joined.Length).CopyTo(joined);
        return ProxyHeaderReader.Read(joined, out header, out length);
    }

    /// <summary>A unix socket's peers are those that its file mode lets in.</summary>
    private bool MaySend(IPEndPoint? peer)
    {
        if (peer is null || senders.Count == 0)
        {
            return true;
        }

        var address = peer.Address.IsIPv4MappedToIPv6 ? peer.Address.MapToIPv4() : peer.Address;
        foreach (var network in senders)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.ProxyHeaderRefused, LogLevel.Debug, "A connection from {RemoteEndPoint} was closed: its PROXY header is missing or not to be believed ({Refusal}).")]
        public static partial void Refused(ILogger logger, EndPoint? remoteEndPoint, ProxyRefusal refusal);
    }
}
