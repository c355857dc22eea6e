using System.Net;
using System.Net.Sockets;
using System.Text;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>Containers of two servers, each a namespace of its own, by the sealed tunnel between the servers' routers.</summary>
public sealed class TunnelTests : IDisposable
{
    private readonly TuntapPlane _here = new(Requirements.Program, workers: 2);
    private readonly TuntapPlane _there = new(Requirements.Program, workers: 2);
    private Lab? _first;
    private Lab? _second;
    private Socket? _firstSocket;
    private Socket? _secondSocket;

    private static ContainerPolicy Of(int uid, params int[] links) => new() { Uid = uid, Links = links };

    private (LabContainer One, LabContainer Two) Start()
    {
        Requirements.Check();
        _first = new Lab(_here, new HostPolicy { Remotes = new Dictionary<int, string> { [30002] = ServerPair.SecondRouter } });
        _second = new Lab(_there, new HostPolicy { Remotes = new Dictionary<int, string> { [30001] = ServerPair.FirstRouter } });
        ServerPair.Join(_first, _second);
        var (one, two) = (ServerPair.NewKey(), ServerPair.NewKey());
        _firstSocket = ServerPair.SetUp(_first, ServerPair.FirstRouter, one.Private, ServerPair.SecondRouter, two.Public);
        _secondSocket = ServerPair.SetUp(_second, ServerPair.SecondRouter, two.Private, ServerPair.FirstRouter, one.Public);
        return (_first.Add(Of(30001, 30002)), _second.Add(Of(30002, 30001)));
    }

    [SkippableFact]
    public void Linked_TalkAsIfOnOneServer()
    {
        var (one, two) = Start();
        Transfer.Stream(one.Space, two.Space, two.V4, 16 << 20);
        Transfer.Stream(two.Space, one.Space, one.V4, 16 << 20);
        Transfer.Stream(one.Space, two.Space, two.V6, 16 << 20);
        Transfer.Datagram(one.Space, two.Space, two.V4, 1_400);
        Transfer.Datagram(two.Space, one.Space, one.V6, 1_400);
    }

    /// <summary>Whatever the sending side allows, the receiving side asks its own container's rules (D8).</summary>
    [SkippableFact]
    public void Receiver_AppliesItsOwnRules()
    {
        var (one, two) = Start();
        Transfer.Stream(one.Space, two.Space, two.V4, 1 << 20);
        _second!.Change(Of(30002));
        Refused(one, two, () => _there.Drops(DropCause.DeniedIn));
        _second.Change(Of(30002, 30001) with { Rules = ["in any any allow"] });
        Transfer.Stream(one.Space, two.Space, two.V4, 1 << 20);
        _first!.Change(Of(30001) with { Rules = [$"out {one.V4} {two.V4} gateway {ServerPair.SecondRouter}"] });
        Refused(one, two, () => _here.Drops(DropCause.DeniedOut));

        // Somebody on that server, in the name of one who is linked and lives elsewhere.
        _second.Change(Of(30002, 30001));
        _first.Change(Of(30001, 30002));
        var stranger = _first.Add(Of(30003, 30002));
        Refused(stranger, two, () => _there.Drops(DropCause.Spoofed));
    }

    [SkippableFact]
    public void OnTheWay_NothingCanBeReadRepeatedOrPutIn()
    {
        var (one, two) = Start();
        Transfer.Stream(one.Space, two.Space, two.V4, 1 << 20);
        using var capture = PacketTap.Capture(_second!.Host);
        var mark = Encoding.ASCII.GetBytes("a secret that must not be seen by anybody on the way");
        Send(one, two, mark);
        var datagram = Datagram(capture, 16 + 28 + mark.Length + 16);
        Assert.True(datagram.AsSpan().IndexOf("must not be seen"u8) < 0);
        Assert.True(datagram.AsSpan().IndexOf(IPAddress.Parse(two.V4).GetAddressBytes()) < 0);

        // Repeated, changed, and as the original's gateway would take it, all in the other router's name.
        using var tap = new PacketTap(_first!.Host, ServerPair.Device, LabFixture.LinkAddress(_second.Host, ServerPair.Device));
        Expect(tap, datagram, "replayed");
        var changed = (byte[])datagram.Clone();
        changed[^1] ^= 1;
        Expect(tap, changed, "forged");
        Expect(tap, PacketFactory.Udp(IPAddress.Parse(one.V4), IPAddress.Parse(two.V4), 1, 9, mark), "unknown");
    }

    /// <summary>
    /// A datagram that must stay whole and is longer than the tunnel takes: its sender is told, as by any router, and cuts its own. One that may not
    /// send fragments is not told: the host's kernel cuts for it.
    /// </summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void TooBig_IsToldToTheSender(bool isV6)
    {
        var (one, two) = Start();
        _first!.Change(Of(30001, 30002) with { AllowFragments = true });
        _second!.Change(Of(30002, 30001) with { AllowFragments = true });
        var target = IPAddress.Parse(isV6 ? two.V6 : two.V4);
        using var socket = one.Space.Run(() => new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp));

        // IP_MTU_DISCOVER, IPV6_MTU_DISCOVER: IP_PMTUDISC_DO.
        socket.SetRawSocketOption(isV6 ? 41 : 0, isV6 ? 23 : 10, BitConverter.GetBytes(2));
        socket.Connect(target, 9);
        var payload = new byte[isV6 ? 1_440 : 1_460];
        Eventually.True(
            () =>
            {
                try
                {
                    socket.Send(payload);
                    return false;
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
                {
                    return true;
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
                {
                    // Nobody listens there; what fits gets through.
                    return false;
                }
            },
            "the sender knows the tunnel's MTU");
        Assert.True(_here.Drops(DropCause.TooBig) > 0);
        Assert.Equal(1_420, BitConverter.ToInt32(Option(socket, isV6 ? 41 : 0, isV6 ? 24 : 14)));
        Transfer.Datagram(one.Space, two.Space, isV6 ? two.V6 : two.V4, 4_000);
        Transfer.Stream(one.Space, two.Space, isV6 ? two.V6 : two.V4, 4 << 20);
    }

    /// <summary>Either router is killed: the other learns of it at its next packet, and the stream goes on.</summary>
    [SkippableFact]
    public void Kill_OfEitherRouter_PausesTheStream()
    {
        var (one, two) = Start();
        Transfer.Stream(one.Space, two.Space, two.V4, 48 << 20, whileRunning: turn =>
        {
            if (turn is 1 or 3)
            {
                var plane = turn == 1 ? _there : _here;
                plane.Kill();
                plane.StartProcess();
                plane.Connect();
            }
        });
    }

    public void Dispose()
    {
        _first?.Dispose();
        _second?.Dispose();
        _here.Dispose();
        _there.Dispose();
        _firstSocket?.Dispose();
        _secondSocket?.Dispose();
    }

    private static byte[] Option(Socket socket, int level, int name)
    {
        var value = new byte[4];
        socket.GetRawSocketOption(level, name, value);
        return value;
    }

    private static void Send(LabContainer from, LabContainer to, byte[] payload)
    {
        using var socket = from.Space.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.SendTo(payload, new IPEndPoint(IPAddress.Parse(to.V4), 9));
    }

    private static void Refused(LabContainer from, LabContainer to, Func<long> drops)
    {
        var before = drops();
        Eventually.True(
            () =>
            {
                Send(from, to, [1]);
                return drops() > before;
            },
            "the packet is refused");
    }

    // The next one from the first router to the second's port, by its length: what the stream before left comes too.
    private static byte[] Datagram(Socket capture, int length)
    {
        var buffer = new byte[65_536];
        while (true)
        {
            var packet = buffer.AsSpan(0, capture.Receive(buffer));
            if (packet.Length == 28 + length && packet[12..16].SequenceEqual(IPEndPoint.Parse(ServerPair.FirstRouter).Address.GetAddressBytes()) && packet[0] == 0x45 && packet[9] == 17 && packet[22] == 999 >> 8 && packet[23] == (999 & 0xff))
            {
                return packet[28..].ToArray();
            }
        }
    }

    private void Expect(PacketTap tap, byte[] payload, string @event)
    {
        long Count() => long.Parse(_there.Ask("/metrics").Split('\n').Single(line => line.Contains($"event=\"{@event}\"", StringComparison.Ordinal)).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        var before = Count();
        var (from, to) = (IPEndPoint.Parse(ServerPair.FirstRouter), IPEndPoint.Parse(ServerPair.SecondRouter));
        Eventually.True(
            () =>
            {
                tap.Send(PacketFactory.Udp(from.Address, to.Address, from.Port, to.Port, payload));
                return Count() > before;
            },
            $"a datagram is {@event}");
    }
}
