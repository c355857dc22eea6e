using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.Tests.Subscriptions;

public sealed class TrustTests
{
    private static readonly PacketSource Relay = new(new SenderCredentials(1, 33, 33), null);

    [Theory]
    [InlineData("a.example.net", "NodeAdded")]
    [InlineData("example.net", "UnknownKey")]
    [InlineData("www.example.org", "UnknownKey")]
    public void TrustedUid_MayAnnounceItsKeysOnly(string key, string expected)
    {
        using var router = new ReceiptFixture(options => options.TrustedUids.Add(new TrustedUidOptions { Uid = 33, Keys = ["*.example.net"] }));
        Assert.Equal(expected == "UnknownKey" ? "NotSigned" : expected, router.Receive(SubscriptionPacketWriter.Write(router.Packet(key)), Relay));
    }

    [Fact]
    public void TrustedUid_Root_IsAFaultAndNeverTrusted()
    {
        var options = new SubscriptionOptions { TrustedUids = [new TrustedUidOptions { Uid = 0, Keys = ["*.example.net"] }] };
        Assert.Contains(options.Validate(), fault => fault.Setting == "Subscription:TrustedUids");
        using var router = new ReceiptFixture(configured => configured.TrustedUids.Add(options.TrustedUids[0]));
        Assert.Equal("NotSigned", router.Receive(SubscriptionPacketWriter.Write(router.Packet("a.example.net")), new PacketSource(new SenderCredentials(1, 0, 0), null)));
    }

    [Fact]
    public void CredentialsDirectory_FileOfAnotherUid_IsRefusedForBothCommands()
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("www.example.com"), "");
        using var router = new ReceiptFixture(options => options.CredentialsDirectories.Add(folder.Path));
        var stranger = new PacketSource(new SenderCredentials(1, 4242, 4242), null);
        Assert.Equal("BadCredentials", router.Receive(router.Packet(), stranger));
        Assert.Equal("BadCredentials", router.Receive(router.Packet(command: SubscriptionCommand.Unsubscribe), stranger));
        var owner = new PacketSource(new SenderCredentials(1, Tmds.Linux.LibC.getuid(), Tmds.Linux.LibC.getgid()), null);
        Assert.Equal("NodeAdded", router.Receive(router.Packet(unix: router.Now + 1), owner));
    }

    [Fact]
    public void Container_MayAnnounceSocketsItOwnsInItsHomeOnly()
    {
        using var root = new TempDirectory();
        using var router = new ReceiptFixture(options =>
        {
            options.ContainersRoot = root.Path;
            options.AllowedAddresses.Clear();
        });
        var container = new PacketSource(new SenderCredentials(1, 30001, 30001), null);
        Directory.CreateDirectory(root.File("30001"));
        Directory.CreateDirectory(root.File("30002"));
        using var own = Bind(root.File("30001/app.sock"));
        using var neighbour = Bind(root.File("30002/app.sock"));
        File.CreateSymbolicLink(root.File("30001/link.sock"), root.File("30002/app.sock"));

        // The socket belongs to the uid that runs the test, not to 30001.
        Assert.Equal("AddressNotAllowed", router.Receive(router.Packet(address: root.File("30001/app.sock")), container));
        Assert.Equal("AddressNotAllowed", router.Receive(router.Packet(address: root.File("30002/app.sock")), container));
        Assert.Equal("AddressNotAllowed", router.Receive(router.Packet(address: root.File("30001/link.sock")), container));
        if (Tmds.Linux.LibC.getuid() == 0)
        {
            Assert.Equal(0, Chown(root.File("30001/app.sock"), 30001));
            Assert.Equal("NodeAdded", router.Receive(router.Packet(address: root.File("30001/app.sock")), container));
        }
    }

    private static System.Net.Sockets.Socket Bind(string path)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static int Chown(string path, int uid)
    {
        using var process = System.Diagnostics.Process.Start("chown", [$"{uid}:{uid}", path]);
        process.WaitForExit();
        return process.ExitCode;
    }
}
