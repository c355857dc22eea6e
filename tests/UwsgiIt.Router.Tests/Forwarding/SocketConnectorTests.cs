using System.Net.Sockets;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.Tests.Forwarding;

public sealed class SocketConnectorTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly SocketConnector _connector = new();

    [Fact]
    public async Task Owner_OfTheSocket_IsReached()
    {
        using var listener = Listen("own.sock");
        using var upstream = UpstreamOf("own.sock", Tmds.Linux.LibC.geteuid());
        using var connection = await _connector.ConnectAsync(upstream, TimeSpan.FromSeconds(5), default);
        Assert.Same(upstream, connection.Upstream);
    }

    [Fact]
    public async Task AnotherOwner_IsRefused()
    {
        using var listener = Listen("own.sock");
        using var upstream = UpstreamOf("own.sock", 30001);
        await Assert.ThrowsAsync<SocketException>(async () => await _connector.ConnectAsync(upstream, TimeSpan.FromSeconds(5), default));
    }

    [Fact]
    public async Task SocketReplacedByALink_IsRefused()
    {
        using var listener = Listen("real.sock");
        File.CreateSymbolicLink(_folder.File("own.sock"), _folder.File("real.sock"));
        using var upstream = UpstreamOf("own.sock", Tmds.Linux.LibC.geteuid());
        await Assert.ThrowsAsync<SocketException>(async () => await _connector.ConnectAsync(upstream, TimeSpan.FromSeconds(5), default));
    }

    [Fact]
    public async Task FullBacklog_IsATimeoutAndNotARefusal()
    {
        using var listener = Listen("own.sock", backlog: 0);
        using var upstream = UpstreamOf("own.sock", null);
        var open = new List<UpstreamConnection>();
        await Assert.ThrowsAsync<TimeoutException>(async () =>
        {
            while (open.Count < 100)
            {
                open.Add(await _connector.ConnectAsync(upstream, TimeSpan.FromMilliseconds(300), default));
            }
        });
        open.ForEach(static connection => connection.Dispose());
    }

    public void Dispose() => _folder.Dispose();

    private Socket Listen(string name, int backlog = 16)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.File(name)));
        socket.Listen(backlog);
        return socket;
    }

    private Upstream UpstreamOf(string name, uint? owner)
    {
        Assert.True(UpstreamAddress.TryParse(_folder.File(name), out var address));
        return new Upstream(address, UpstreamProtocol.Uwsgi) { Owner = owner };
    }
}
