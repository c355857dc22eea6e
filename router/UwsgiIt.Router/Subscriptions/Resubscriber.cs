using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using UwsgiIt.Linux;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>
/// Passes accepted packets on to other routers, byte for byte, so that each receiver checks the customer's own signature (the original
/// sends a new, unsigned packet, and does so even for packets it refused).
/// </summary>
internal sealed class Resubscriber(IOptionsMonitor<SubscriptionOptions> options) : IDisposable
{
    private readonly UnixDatagramSender _unix = new();
    private readonly Socket _udp = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true, Blocking = false };

    public void Send(ReadOnlySpan<byte> datagram)
    {
        foreach (var target in options.CurrentValue.Resubscribe)
        {
            if (target.StartsWith('/'))
            {
                _unix.TrySend(target, datagram);
            }
            else if (IPEndPoint.TryParse(target, out var endPoint))
            {
                SendUdp(datagram, endPoint);
            }
        }
    }

    public void Dispose()
    {
        _unix.Dispose();
        _udp.Dispose();
    }

    private void SendUdp(ReadOnlySpan<byte> datagram, IPEndPoint endPoint)
    {
        try
        {
            var mapped = endPoint.AddressFamily == AddressFamily.InterNetwork ? new IPEndPoint(endPoint.Address.MapToIPv6(), endPoint.Port) : endPoint;
            _udp.SendTo(datagram, SocketFlags.None, mapped);
        }
        catch (SocketException)
        {
            // A datagram may be lost on any hop; the next announce comes in ten seconds.
        }
    }
}
