using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Nftables;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>The way outside and back: NAT, published ports, the host's own closed doors, names.</summary>
public sealed class GatewayTests : IDisposable
{
    private const int Seconds = 30;

    private static readonly GatewaySettings Settings = new() { Portmaps = [new Portmap("tcp", IPAddress.Parse(Lab.HostV4), 8080, 30001, 9000), new Portmap("udp", IPAddress.Parse(Lab.HostV4), 8080, 30001, 9000)] };

    private Lab? _lab;

    public static TheoryData<string> Planes => ["tuntap", "nftables"];

    private Lab Start(string name, string? resolver = null)
    {
        Requirements.Check();
        Skip.IfNot(File.Exists("/usr/sbin/nft"), "nft is not installed (package nftables)");
        IDataPlane plane = name == "tuntap" ? new TuntapPlane(Requirements.Program, workers: 2, resolver: resolver) : new NftablesPlane(Settings);
        _lab = new Lab(plane);
        _lab.Add(new ContainerPolicy { Uid = 30001, Name = "shop", Links = [30002] });
        _lab.Add(new ContainerPolicy { Uid = 30002, Name = "db", Links = [30001] });
        _lab.Add(new ContainerPolicy { Uid = 30003, Name = "other" });
        if (name == "tuntap")
        {
            Publish();
        }

        // Outside knows no way to containers: only NAT brings answers back.
        Command.Ip(_lab.Outside, "route del 10.0.0.0/8");
        return _lab;
    }

    private void Publish() => Nft.Apply(_lab!.Host, counts => Ruleset.ForTuntap(HostFirewall.Default, Settings, LabContainer.Device, counts));

    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void Outside_SeesTheHostsAddress(string plane)
    {
        var lab = Start(plane);
        using var server = Listen(lab.Outside, Lab.OutsideV4, 7000);
        using var client = Connect(lab[30001].Space, Lab.OutsideV4, 7000);
        using var accepted = server.Accept();
        Assert.Equal(Lab.HostV4, ((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString());
        Converse(client, accepted);
    }

    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void Portmap_LeadsToItsContainer(string plane)
    {
        var lab = Start(plane);
        using var server = Listen(lab[30001].Space, lab[30001].V4, 9000);
        using var client = Connect(lab.Outside, Lab.HostV4, 8080);
        using var accepted = server.Accept();
        Assert.Equal(Lab.OutsideV4, ((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString());
        Converse(client, accepted);
        if (plane == "tuntap")
        {
            // Applied anew under the connection: it goes on.
            Publish();
            Converse(client, accepted);
        }
    }

    /// <summary>Containers reach no port of the host, neither at the gateway nor at its public address.</summary>
    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void Host_IsClosedToContainers(string plane)
    {
        var lab = Start(plane);
        using var server = Listen(lab.Host, "0.0.0.0", 2222);
        long Dropped() => lab.Plane.Drops(DropCause.DeniedOut) + (plane == "tuntap" ? Nft.ReadCounters(lab.Host).GetValueOrDefault(DropCause.DeniedOut) : 0);
        foreach (var address in new[] { "10.0.0.1", Lab.HostV4 })
        {
            var before = Dropped();
            using var client = lab[30001].Space.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
            Assert.Equal(SocketError.InProgress, Assert.Throws<SocketException>(() => client.Connect(IPAddress.Parse(address), 2222)).SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress ? SocketError.InProgress : SocketError.Success);
            Eventually.True(() => Dropped() > before, $"{plane}: {address} refuses");
        }

        Assert.False(server.Poll(0, SelectMode.SelectRead));
    }

    [SkippableFact]
    public void Names_AreAnsweredAtTheGateway()
    {
        using var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = Seconds * 1000 };
        upstream.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var lab = Start("tuntap", upstream.LocalEndPoint!.ToString());
        using var bound = lab.Host.Run(static () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 53));
            return socket;
        });
        using (var handle = new SafeFileHandle(bound.Handle, ownsHandle: false))
        {
            ((TuntapPlane)lab.Plane).Resolve(handle);
        }

        Assert.Equal("10.0.0.4", Ask(lab[30001].Space, "30002.local"));
        Assert.Equal("10.0.0.5", Ask(lab[30001].Space, "30003.LOCAL"));
        Assert.Equal("10.0.0.4", Ask(lab[30001].Space, "db.local"));
        Assert.Equal("10.0.0.3", Ask(lab[30001].Space, "shop.local"));
        Assert.Equal("code 3", Ask(lab[30001].Space, "other.local"));
        Assert.Equal("code 3", Ask(lab[30003].Space, "db.local"));
        Assert.Equal("code 3", Ask(lab[30001].Space, "30999.local"));

        // Everything else goes to the host's resolver and comes back with the asker's own number.
        var asked = Task.Run(() => Ask(lab[30001].Space, "www.example.com"));
        var buffer = new byte[512];
        EndPoint asker = new IPEndPoint(IPAddress.Any, 0);
        var length = upstream.ReceiveFrom(buffer, ref asker);
        buffer[2] |= 0x80;
        buffer[7] = 1;
        upstream.SendTo([.. buffer.AsSpan(0, length), 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 203, 0, 113, 80], asker);
        Assert.Equal("203.0.113.80", asked.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        _lab?.Plane.Dispose();
        _lab?.Dispose();
    }

    // Asks for an A record until an answer comes: UDP may lose a question.
    private static string Ask(NetworkNamespace space, string name)
    {
        using var socket = space.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Connect(IPAddress.Parse("10.0.0.1"), 53);
        byte[] query = [7, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name.Split('.').SelectMany(static label => Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length)), 0, 0, 1, 0, 1];
        var answer = new byte[512];
        var length = 0;
        Eventually.True(
            () =>
            {
                socket.Send(query);
                return socket.Poll(TimeSpan.FromSeconds(2), SelectMode.SelectRead) && (length = socket.Receive(answer)) > 0;
            },
            name);
        Assert.Equal([7, 9], answer[..2]);
        return (answer[3] & 0xf) != 0 ? $"code {answer[3] & 0xf}" : new IPAddress(answer.AsSpan(length - 4, 4)).ToString();
    }

    private static Socket Listen(NetworkNamespace space, string address, int port) => space.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = Seconds * 1000 };
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
        socket.Listen(4);
        return socket;
    });

    private static Socket Connect(NetworkNamespace space, string address, int port)
    {
        var socket = space.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = Seconds * 1000 });
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds));
        socket.ConnectAsync(IPAddress.Parse(address), port, deadline.Token).AsTask().GetAwaiter().GetResult();
        return socket;
    }

    private static void Converse(Socket one, Socket other)
    {
        var buffer = new byte[8];
        one.Send("question"u8);
        Assert.Equal(8, other.Receive(buffer));
        other.Send("answer"u8);
        Assert.Equal(6, one.Receive(buffer));
    }
}
