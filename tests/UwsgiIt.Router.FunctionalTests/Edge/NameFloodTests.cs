using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Xunit.Abstractions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>Names that nobody has, each asked for once: they cost a handshake and are forgotten.</summary>
public sealed class NameFloodTests(ITestOutputHelper output)
{
    private const int Workers = 8;
    private const int Looks = 3;
    private const long MaxGrowthBytes = 16 * 1024 * 1024;

    // Every so many goes all the way: handshake, request, answer.
    private const int WholeEvery = 100;

    [Fact]
    public async Task RandomNames_GrowMemoryBySixteenMebibytesAtMost()
    {
        var names = RouterEnvironment.IsLong ? 1_000_000 : 10_000;
        await using var router = await RouterEnvironment.StartAsync();

        // Whatever the first thousands make the process take, the runtime's own heap before all, is no growth by names.
        await AskAsync(router, RouterEnvironment.IsLong ? 20_000 : 4_000);
        var grown = long.MaxValue;
        for (var look = 0; look < Looks && grown > MaxGrowthBytes; look++)
        {
            // Names that stay would be there each time; what the runtime takes once is taken.
            var before = router.ResidentBytes();
            var clock = Stopwatch.StartNew();
            await AskAsync(router, names);
            grown = router.ResidentBytes() - before;
            output.WriteLine($"{names} names in {clock.Elapsed.TotalSeconds:F0} s: {before / 1024} KiB grew by {grown / 1024} KiB.");
        }

        Assert.InRange(grown, long.MinValue, MaxGrowthBytes);
    }

    private static async Task AskAsync(RouterEnvironment router, int names)
    {
        var hello = await TlsHello.MakeAsync();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            for (var i = worker; i < names; i += Workers)
            {
                // Short and long, shallow and deep: up to what DNS allows.
                var name = string.Join('.', Enumerable.Range(0, 1 + (i % 3)).Select(_ => Guid.NewGuid().ToString("N"))) + ".example.com";
                await (i % WholeEvery == 0 ? WholeAsync(router.Https, name) : BeginAsync(router.Https, hello.For(name)));
            }
        })));
    }

    private static async Task BeginAsync(IPEndPoint router, byte[] hello)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        await socket.ConnectAsync(router);
        await socket.SendAsync(hello);
        var answer = new byte[1];
        Assert.Equal(1, await socket.ReceiveAsync(answer).WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(22, answer[0]);
    }

    private static async Task WholeAsync(IPEndPoint router, string name)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(router);
        await using var tls = new SslStream(new NetworkStream(socket), false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(name).WaitAsync(TimeSpan.FromSeconds(60));
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET /{name} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 404", await RawClient.ReadToEndAsync(tls), StringComparison.Ordinal);
    }
}
