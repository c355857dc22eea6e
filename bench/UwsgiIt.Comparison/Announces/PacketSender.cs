using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Announces;

/// <summary>Sends datagrams at a rate, from several addresses of the loopback network: to the router each is a source of its own.</summary>
internal sealed class PacketSender : IDisposable
{
    private readonly Socket[] _sockets;

    /// <param name="target">The router's UDP endpoint.</param>
    /// <param name="network">Third byte of the sources' addresses, 127.0.network.1 and up.</param>
    /// <param name="sources">How many, 1 to 250.</param>
    public PacketSender(IPEndPoint target, byte network, int sources) => _sockets = [.. Enumerable.Range(1, sources).Select(index =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { SendBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, network, (byte)index]), 0));
        socket.Connect(target);
        return socket;
    })];

    /// <summary>
    /// Sends <paramref name="packets"/> in turn, each always from the same source, until <paramref name="count"/> are sent or it is told to
    /// stop. Returns how many went out a second.
    /// </summary>
    public Task<double> SendAsync(IReadOnlyList<byte[]> packets, double perSecond, long count, CancellationToken stop) => Task.Factory.StartNew(
        () =>
        {
            var started = Stopwatch.GetTimestamp();
            var sent = 0L;
            while (sent < count && !stop.IsCancellationRequested)
            {
                for (var due = Math.Min(count, (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond)); sent < due; sent++)
                {
                    var index = (int)(sent % packets.Count);
                    _sockets[index % _sockets.Length].Send(packets[index]);
                }

                NanoSleep.For(500);
            }

            return sent / Stopwatch.GetElapsedTime(started).TotalSeconds;
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }
}
