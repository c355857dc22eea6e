using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>An end of the network under test: sends packets whole, receives UDP on port 9.</summary>
internal sealed class Probe : IDisposable
{
    public const int Port = 9;

    private static long _lastNumber;

    private readonly PacketTap _tap;
    private readonly Socket _socket;
    private readonly HashSet<long> _received = [];

    public Probe(NetworkNamespace space, string device, string v4, string v6, byte[]? nextHop = null)
    {
        V4 = IPAddress.Parse(v4);
        V6 = IPAddress.Parse(v6);
        _tap = new PacketTap(space, device, nextHop);
        _socket = space.Run(static () =>
        {
            var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true, ReceiveBufferSize = 1 << 20 };
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, Port));
            return socket;
        });
    }

    public IPAddress V4 { get; }

    public IPAddress V6 { get; }

    /// <summary>Sends any packet.</summary>
    public void Send(byte[] packet) => _tap.Send(packet);

    /// <summary>
    /// Sends a numbered datagram and waits for what must become of it: arrival for <see cref="DropCause.None"/>, else one more drop of that cause
    /// and no arrival. A source other than our own is a spoofed one;
    /// <paramref name="extensions"/> are IPv6 extension headers, hop-by-hop options first.
    /// </summary>
    public void Expect(DropCause cause, IDataPlane plane, Probe to, bool isV6 = false, IPAddress? source = null, int port = Port, int sourcePort = 4000, int padding = 0, byte[]? extensions = null)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        var payload = new byte[8 + padding];
        BinaryPrimitives.WriteInt64BigEndian(payload, number);
        var packet = PacketFactory.Udp(source ?? (isV6 ? V6 : V4), isV6 ? to.V6 : to.V4, sourcePort, port, payload);
        packet = extensions is null ? packet : PacketFactory.WithExtensions(packet, extensions);
        var what = $"{plane.Name}: {source ?? (isV6 ? V6 : V4)} to {(isV6 ? to.V6 : to.V4)} port {port}: {cause}";
        if (cause == DropCause.None)
        {
            Send(packet);
            to.AwaitReceived(number, what);
            return;
        }

        var before = plane.Drops(cause);
        Send(packet);
        Eventually.True(() => plane.Drops(cause) > before, what);
        Assert.False(to.HasReceived(number), what);
    }

    /// <summary>True when the datagram has come.</summary>
    public bool HasReceived(long number)
    {
        var buffer = new byte[65_536];
        while (_socket.Available > 0)
        {
            if (_socket.Receive(buffer) >= 8)
            {
                _received.Add(BinaryPrimitives.ReadInt64BigEndian(buffer));
            }
        }

        return _received.Contains(number);
    }

    private void AwaitReceived(long number, string what)
    {
        while (!HasReceived(number))
        {
            Assert.True(_socket.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead), $"Nothing came within 30 s: {what}.");
        }
    }

    public void Dispose()
    {
        _tap.Dispose();
        _socket.Dispose();
    }
}
