using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.LoadBalancing;
using UwsgiIt.Router.ProxyProtocol;
using UwsgiIt.Router.Routing;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Sessions;

/// <summary>
/// Joins a client to a node: 1 choose one, 2 connect, another when it cannot be reached, 3 say who the client is, 4 bytes both ways. The
/// node is chosen at once, so that protocols whose server speaks first work.
/// </summary>
internal sealed class RawSessions(
    IUpstreamConnector connector,
    UpstreamDeadlines deadlines,
    SlotForwarder forwarder,
    OnDemandVassals onDemand,
    ActiveRequests active,
    SessionLog log,
    IOptionsMonitor<ForwardingOptions> options)
{
    /// <summary>Null when the session took place; else why not.</summary>
    public async Task<SessionRefusal?> RunAsync(RawSession session, Slot slot)
    {
        var started = Stopwatch.GetTimestamp();
        var trace = new SessionTrace();
        active.Begin();
        slot.CountHit();
        try
        {
            var refusal = await TryNodesAsync(session, slot, trace);
            log.Write(session.Connection, slot.Key, trace, refusal, Stopwatch.GetElapsedTime(started));
            return refusal;
        }
        finally
        {
            active.End();
        }
    }

    private async Task<SessionRefusal?> TryNodesAsync(RawSession session, Slot slot, SessionTrace trace)
    {
        // 1.
        var settings = options.CurrentValue;
        var selection = new SelectionContext((session.Connection.RemoteEndPoint as IPEndPoint)?.Address);
        var node = slot.Select(selection) ?? slot.SelectProbe() ?? await onDemand.WaitAsync(slot, selection, CancellationToken.None);
        for (var attempt = 1; node is not null && attempt <= settings.MaxAttempts; attempt++)
        {
            trace.Upstream = node.Upstream?.Address.Text;
            trace.Attempts++;
            node.BeginRequest();
            try
            {
                // 2.
                var (connection, outcome) = await ConnectAsync(node, settings);
                forwarder.Learn(slot, node, outcome);
                if (connection is not null)
                {
                    using (connection)
                    {
                        return await JoinAsync(session, connection, settings, trace);
                    }
                }
            }
            finally
            {
                node.EndRequest();
            }

            node = slot.Select(selection, tried: node);
        }

        return SessionRefusal.NoNode;
    }

    private async ValueTask<(UpstreamConnection? Connection, ForwardOutcome Outcome)> ConnectAsync(Node node, ForwardingOptions settings)
    {
        if (node.Upstream is not { } upstream)
        {
            return (null, ForwardOutcome.ConnectFailed);
        }

        try
        {
            var connection = await connector.ConnectAsync(upstream, settings.ConnectTimeout, CancellationToken.None);
            deadlines.Add(connection);
            return (connection, ForwardOutcome.Completed);
        }
        catch (SocketException)
        {
            return (null, ForwardOutcome.ConnectFailed);
        }
        catch (TimeoutException)
        {
            return (null, ForwardOutcome.ConnectTimeout);
        }
    }

    private async Task<SessionRefusal?> JoinAsync(RawSession session, UpstreamConnection connection, ForwardingOptions settings, SessionTrace trace)
    {
        try
        {
            // 3. Whatever is said and however often, a session has an end.
            connection.EndBy = Environment.TickCount64 + (long)settings.MaxSessionTime.TotalMilliseconds;
            connection.Deadline = Environment.TickCount64 + (long)settings.ResponseTimeout.TotalMilliseconds;
            if (!await SendHeadAsync(session, connection))
            {
                return SessionRefusal.BadHead;
            }

            if (session.UsesXclient && !await Xclient.IntroduceAsync(connection, (session.Connection.RemoteEndPoint as IPEndPoint)?.Address))
            {
                return SessionRefusal.NoGreeting;
            }

            // 4. That the client has ended its side is no end yet: the connection's token would say so.
            (trace.Received, trace.Sent) = await ByteRelay.RunAsync(session.Stream, connection, settings.UpgradeIdleTimeout, CancellationToken.None);
            return null;
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            deadlines.Remove(connection);
        }
    }

    private static async ValueTask<bool> SendHeadAsync(RawSession session, UpstreamConnection connection)
    {
        var buffer = RequestBuffer.Rent();
        try
        {
            WriteProxyHeader(buffer, session, connection.Upstream.ProxyVersion);
            var start = buffer.Length;
            if (start > 0)
            {
                await connection.SendAsync(buffer.Memory);
                buffer.Clear();
            }

            if (session.WriteHead is { } write)
            {
                if (write(buffer, connection.Upstream) != ForwardOutcome.Completed)
                {
                    return false;
                }

                await connection.SendAsync(buffer.Memory);
            }

            return true;
        }
        finally
        {
            buffer.Return();
        }
    }

    private static void WriteProxyHeader(RequestBuffer buffer, RawSession session, ProxyVersion version)
    {
        Span<byte> header = stackalloc byte[ProxyHeaderWriter.MaxBytes];
        var length = ProxyHeaderWriter.Write(header, version, session.Connection.RemoteEndPoint as IPEndPoint, session.Connection.LocalEndPoint as IPEndPoint);
        buffer.Write(header[..length]);
    }
}
