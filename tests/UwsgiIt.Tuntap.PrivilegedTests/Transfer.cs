using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using UwsgiIt.Linux.Networking;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>Moves bytes between namespaces by the kernel's own TCP and UDP and compares them.</summary>
internal static class Transfer
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Sends random bytes over a connection; <paramref name="whileRunning"/> is called again and again until they are through.</summary>
    public static void Stream(NetworkNamespace from, NetworkNamespace to, string address, int bytes, Action<int>? whileRunning = null)
    {
        var target = IPAddress.Parse(address);
        using var listener = to.Run(() =>
        {
            var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(target, 0));
            socket.Listen(1);
            return socket;
        });
        using var client = from.Run(() => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        using var cancellation = new CancellationTokenSource(Deadline);
        var data = RandomNumberGenerator.GetBytes(bytes);
        var received = Task.Run(async () =>
        {
            using var server = await listener.AcceptAsync(cancellation.Token);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 18];
            int count;
            while ((count = await server.ReceiveAsync(buffer, cancellation.Token)) > 0)
            {
                hash.AppendData(buffer, 0, count);
            }

            return hash.GetHashAndReset();
        });
        var sent = Task.Run(async () =>
        {
            await client.ConnectAsync(listener.LocalEndPoint!, cancellation.Token);
            for (var at = 0; at < data.Length;)
            {
                at += await client.SendAsync(data.AsMemory(at, Math.Min(1 << 18, data.Length - at)), cancellation.Token);
            }

            client.Shutdown(SocketShutdown.Send);
        });
        for (var turn = 0; whileRunning is not null && (!sent.IsCompleted || turn < 5); turn++)
        {
            whileRunning(turn);
            sent.Wait(1);
        }

        sent.GetAwaiter().GetResult();
        Assert.Equal(SHA256.HashData(data), received.GetAwaiter().GetResult());
    }

    /// <summary>Sends one random datagram until it has come: UDP may lose one, it may not change one.</summary>
    public static void Datagram(NetworkNamespace from, NetworkNamespace to, string address, int bytes, int port = 0)
    {
        var target = IPAddress.Parse(address);
        using var server = to.Run(() =>
        {
            var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(target, port));
            return socket;
        });
        using var client = from.Run(() => new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        var data = RandomNumberGenerator.GetBytes(bytes);
        var buffer = new byte[65_536];
        Eventually.True(
            () =>
            {
                client.SendTo(data, server.LocalEndPoint!);
                return server.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead) && buffer.AsSpan(0, server.Receive(buffer)).SequenceEqual(data);
            },
            $"a datagram of {bytes} bytes to {address}");
    }
}
