using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>Clients of an address of their own that want something at a steady pace: whoever is slowed down gets less of it.</summary>
internal static class GoodClients
{
    public const int Count = 20;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly byte[] Request = "GET /small HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray();

    /// <summary>Requests a second, of 200 wanted, until <paramref name="end"/>; all have to be answered.</summary>
    public static async Task<double> RunAsync(RouterEnvironment router, Task end)
    {
        var clock = Stopwatch.StartNew();
        var served = (await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => RunOneAsync(router, end)))).Sum();
        await end;
        return served / clock.Elapsed.TotalSeconds;
    }

    private static async Task<int> RunOneAsync(RouterEnvironment router, Task end)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.9"), 0));
        using var pace = new PeriodicTimer(Pace);
        var buffer = new byte[4096];
        var served = 0;
        await socket.ConnectAsync(router.Http);
        while (!end.IsCompleted && await pace.WaitForNextTickAsync())
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await socket.SendAsync(Request, deadline.Token);
            var length = 0;
            while (!buffer.AsSpan(0, length).EndsWith("\r\n\r\nok"u8))
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token);
                Assert.True(count > 0, $"A good client was cut after {served} requests.");
                length += count;
            }

            Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(buffer, 0, length), StringComparison.Ordinal);
            served++;
        }

        return served;
    }
}
