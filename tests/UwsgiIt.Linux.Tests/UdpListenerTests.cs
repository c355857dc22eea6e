using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Linux.Tests;

public sealed class UdpListenerTests
{
    private const int DatagramBytes = 100;

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "::1")]
    public void Receive_GivesEachDatagramWithItsSender(string bound, string expected)
    {
        using var listener = UdpListener.Bind(new IPEndPoint(IPAddress.Parse(bound), 0), DatagramBytes, 1 << 20);
        var target = IPAddress.Parse(expected);
        using var sender = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(target, listener.LocalEndPoint.Port);

        // More than a batch, of every length up to more than the listener takes, the empty one among them.
        for (var length = 0; length <= DatagramBytes + 20; length++)
        {
            sender.Send(Enumerable.Repeat((byte)length, length).ToArray());
        }

        for (var length = 0; length <= DatagramBytes + 20; length++)
        {
            Assert.True(listener.TryReceive(out var datagram, out var address));
            Assert.Equal(Enumerable.Repeat((byte)length, Math.Min(length, DatagramBytes)).ToArray(), datagram.ToArray());
            Assert.Equal(target, address);
        }

        Assert.Equal(0, listener.Dropped);
    }

    [Fact]
    public void Dropped_TellsWhatTheKernelHadNoRoomFor()
    {
        const int Sent = 2_000;
        using var listener = UdpListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), DatagramBytes, 16 * 1024);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(listener.LocalEndPoint);
        for (var i = 0; i < Sent; i++)
        {
            sender.Send(new byte[50]);
        }

        // Loopback queues or drops within the send, so that both figures are final by now.
        var dropped = listener.Dropped;
        Assert.InRange(dropped, 1, Sent - 1);
        for (var i = 0; i < Sent - dropped; i++)
        {
            Assert.True(listener.TryReceive(out _, out _));
        }

        listener.Stop();
        Assert.False(listener.TryReceive(out _, out _));
    }

    [Fact]
    public async Task Stop_EndsAWaitingReceive()
    {
        using var listener = UdpListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), DatagramBytes, 1 << 20);
        var waiting = Task.Run(() => listener.TryReceive(out _, out _));
        listener.Stop();
        Assert.False(await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
