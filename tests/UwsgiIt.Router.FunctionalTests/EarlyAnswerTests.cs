using System.Net;
using System.Net.Sockets;
using System.Text;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.FunctionalTests.Edge;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>An upstream may answer an upload before it is whole: the client gets that answer, and its connection serves on once the rest is sent.</summary>
public sealed class EarlyAnswerTests
{
    private const int UploadBytes = 8 * 1024 * 1024;

    // Says that it closes: it would not answer a second request, and an upload may be whole before the answer is seen.
    private const string Answer = "HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 7\r\n\r\ntoo big";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upload_AnsweredBeforeItsEnd(bool resets)
    {
        await using var router = await RouterEnvironment.StartAsync();
        var upstream = router.Own(new HastyUpstream(resets));
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "early.example.com", Address = $"127.0.0.1:{upstream.Port}", Protocol = UpstreamProtocol.Http });
        using var client = await RawHttp1.ConnectAsync(router.Http);
        for (var round = 0; round < 3; round++)
        {
            var upload = client.SendAsync($"POST / HTTP/1.1\r\nHost: early.example.com\r\nContent-Length: {UploadBytes}\r\n\r\n" + new string('x', UploadBytes));
            var answer = await client.ReceiveAsync();
            await upload;

            // The pipes of the stock transport end both ways at a reset, so that what was not read by then is lost; an answer there is all the same.
            var isLost = resets && RouterEnvironment.Transport == "Sockets" && answer?.Status == 502;
            Assert.True(isLost || (answer?.Status, answer?.Body) == (413, "too big"), $"{answer?.Status} {answer?.Body}");
        }
    }

    /// <summary>Answers once it has the head, and closes: after the client's side did, or with bytes unread, which resets.</summary>
    private sealed class HastyUpstream : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly bool _resets;

        public HastyUpstream(bool resets)
        {
            _resets = resets;
            _listener.Start();
            _ = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    _ = AnswerAsync(await _listener.AcceptSocketAsync());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(Socket socket)
        {
            using var owned = socket;
            var buffer = new byte[4096];
            try
            {
                await socket.ReceiveAsync(buffer);
                await socket.SendAsync(Encoding.ASCII.GetBytes(Answer));
                while (!_resets && await socket.ReceiveAsync(buffer) > 0)
                {
                    // Reads on, slowly, until the router closes.
                }
            }
            catch (SocketException)
            {
                // The router has had enough.
            }
        }
    }
}
