using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>Answers a request of any protocol by the number in its path, in the pieces it is told to, then closes or waits for another.</summary>
internal sealed partial class HostileUpstream : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public HostileUpstream()
    {
        _listener.Start(512);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>By number: the pieces, and whether the connection stays open after them.</summary>
    public ConcurrentDictionary<int, (byte[][] Pieces, bool StaysOpen)> Answers { get; } = new();

    public void Dispose() => _listener.Dispose();

    [GeneratedRegex(@"/n/(\d+)/")]
    private static partial Regex Number { get; }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        socket.NoDelay = true;
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer) is var count and > 0)
            {
                if (Number.Match(Encoding.Latin1.GetString(buffer, 0, count)) is not { Success: true } match)
                {
                    continue;
                }

                var (pieces, staysOpen) = Answers[int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)];
                foreach (var piece in pieces)
                {
                    await socket.SendAsync(piece);
                }

                if (!staysOpen)
                {
                    socket.Shutdown(SocketShutdown.Send);
                }
            }
        }
        catch (SocketException)
        {
            // The router has had enough.
        }
    }
}
