using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Nftables;
using UwsgiIt.NetworkLab;
using UwsgiIt.Tuntap.PrivilegedTests;
using Xunit.Abstractions;

namespace UwsgiIt.Containerd.PrivilegedTests.Network;

/// <summary>Real containers on the network that the daemon gives them, by their definitions.</summary>
public sealed class NetworkTests(ITestOutputHelper output)
{
    private const string First = "10.0.0.3";
    private const string Second = "10.0.0.4";
    private const string Third = "10.0.0.5";

    [SkippableTheory]
    [MemberData(nameof(NetworkedHost.Planes), MemberType = typeof(NetworkedHost))]
    public async Task Containers_TalkAsTheirDefinitionsSay(string plane)
    {
        await using var networked = await NetworkedHost.StartAsync(plane);
        var host = networked.Host;
        await DefineAsync(host, 30_001, 30_002);
        await DefineAsync(host, 30_002, 30_001);
        await DefineAsync(host, 30_003, 30_001);
        using var server1 = Talk.Serve(host, 30_001);
        using var server2 = Talk.Serve(host, 30_002);
        using var server3 = Talk.Serve(host, 30_003);

        // Linked on both sides: both ways. On one side: neither. Not at all: the block is closed.
        await Talk.ExpectAsync(host, 30_001, "http", Second);
        await Talk.ExpectAsync(host, 30_002, "http", First);
        await Talk.ExpectAsync(host, 30_001, "ping", Second, "type 0");
        var usage = (await host.ContainerAsync())!.Value.GetProperty("usage");
        Assert.True(usage.GetProperty("network_received_bytes").GetInt64() > 0 && usage.GetProperty("network_sent_bytes").GetInt64() > 0, usage.ToString());
        await Talk.ExpectAsync(host, 30_003, "http", Third);
        await Talk.RefuseAsync(host, 30_003, "http", First);
        await Talk.RefuseAsync(host, 30_001, "http", Third);
        await Talk.RefuseAsync(host, 30_003, "http", Second);
        await Talk.RefuseAsync(host, 30_001, "http", "10.0.0.1");
        await SpoofAsync(networked);

        // The gateway answers for names on either plane.
        await Talk.ExpectAsync(host, 30_001, "name", "30002.local", Second);

        // Outside sees the host's address; a rule closes it while the container runs on, and its links with it.
        using var outside = Listen(networked.Lab.Outside);
        await Talk.ExpectAsync(host, 30_001, "http", Lab.OutsideV4);
        Assert.Equal(Lab.HostV4, await outside.LastPeerAsync());
        await PublishAsync(networked);
        var pid = await host.PidAsync();
        Define(host, 30_001, [30_002], ["out any 192.0.2.0/24 deny"]);
        await UntilAsync(() => RefusesAsync(host, Lab.OutsideV4), "the rule is in force");
        await Talk.ExpectAsync(host, 30_001, "http", Second);
        Define(host, 30_001, [], []);
        await UntilAsync(() => RefusesAsync(host, Second), "the link is gone");
        await Talk.ExpectAsync(host, 30_001, "http", Lab.OutsideV4);

        // A dmz has no way outside, and gets it back, while it runs.
        Define(host, 30_001, [], [], isDmz: true);
        await UntilAsync(async () => !(await RoutesAsync(networked)).Contains("default", StringComparison.Ordinal), "the way outside is gone");
        await Talk.RefuseAsync(host, 30_001, "http", Lab.OutsideV4);
        Define(host, 30_001, [], []);
        await UntilAsync(async () => (await RoutesAsync(networked)).Contains("default", StringComparison.Ordinal), "the way outside is back");
        await Talk.ExpectAsync(host, 30_001, "http", Lab.OutsideV4);
        Assert.Equal(pid, await host.PidAsync());
    }

    private static async Task<string> RoutesAsync(NetworkedHost networked)
    {
        using var space = await networked.SpaceAsync(30_001);
        return Command.Ip(space, "route") + Command.Ip(space, "-6 route");
    }

    /// <summary>Either may go at any time; what runs between containers comes through whole, and new containers find their network.</summary>
    [SkippableFact]
    public async Task DaemonAndRouter_KilledUnderAStream_LoseNothing()
    {
        await using var networked = await NetworkedHost.StartAsync("Tuntap");
        var host = networked.Host;
        await DefineAsync(host, 30_001, 30_002);
        await DefineAsync(host, 30_002, 30_001);
        var (pid1, pid2) = (await host.PidAsync(), await host.PidAsync(30_002));
        using (var one = await networked.SpaceAsync(30_001))
        using (var two = await networked.SpaceAsync(30_002))
        {
            Transfer.Stream(one, two, Second, 1 << 20);
            Transfer.Stream(one, two, Second, 64 << 20, whileRunning: turn =>
            {
                if (turn is 1 or 3)
                {
                    networked.Router.Kill();
                    networked.Router.StartProcess();
                }
                else if (turn is 2)
                {
                    host.Daemon.Signal("KILL");
                    host.StartDaemonAsync().GetAwaiter().GetResult();
                }
            });
        }

        // One that starts while there is no router runs, and is heard once there is.
        networked.Router.Kill();
        await DefineAsync(host, 30_003, 30_001);
        Define(host, 30_001, [30_002, 30_003], []);
        using var server = Talk.Serve(host, 30_003);
        networked.Router.StartProcess();
        await Talk.ExpectAsync(host, 30_001, "http", Third);
        await Talk.ExpectAsync(host, 30_001, "name", "30003.local", Third);
        Assert.Equal((pid1, pid2), (await host.PidAsync(), await host.PidAsync(30_002)));

        // What ends leaves nothing with the router.
        host.Remove(30_003);
        await UntilAsync(() => Task.FromResult(!networked.Router.Ask("/v1/network").Contains("30003", StringComparison.Ordinal)), "the router has forgotten it");
    }

    /// <summary>Killed, stopped and started again under iperf3: the stream goes on each time, the containers with it. Times go to the log; bench/tuntap has the figure.</summary>
    [SkippableFact]
    public async Task Router_GoneUnderIperf_TrafficResumesAndNoContainerStops()
    {
        Skip.IfNot(File.Exists("/usr/bin/iperf3"), "iperf3 is not installed (package iperf3)");
        await using var networked = await NetworkedHost.StartAsync("Tuntap");
        var host = networked.Host;
        await DefineAsync(host, 30_001, 30_002);
        await DefineAsync(host, 30_002, 30_001);
        var pids = (await host.PidAsync(), await host.PidAsync(30_002));
        using (var one = await networked.SpaceAsync(30_001))
        using (var two = await networked.SpaceAsync(30_002))
        using (var stream = new RunningStream(one, two, Second, 300))
        {
            foreach (var how in (string[])["KILL", "TERM", "KILL"])
            {
                stream.AwaitData();
                networked.Router.End(how);
                networked.Router.StartProcess();
                stream.AwaitSilence(5);
                output.WriteLine($"{how}: {stream.AwaitData():F1} s without data");
            }
        }

        Assert.Equal(pids, (await host.PidAsync(), await host.PidAsync(30_002)));
    }

    /// <summary>A definition as the original's template writes it, linked with a container of another server; keys from the other server's file.</summary>
    [SkippableFact]
    public async Task Container_OfAnotherServer_IsReachedThroughTheTunnel()
    {
        using var plane = new TuntapPlane(Programs.Assembly("uwsgiit-tuntap"), workers: 2);
        await using var networked = await NetworkedHost.StartAsync("Tuntap", plane);
        var host = networked.Host;
        var (privateKey, publicKey) = ServerPair.NewKey();
        var file = host.Folder.File("state/network.json");
        File.WriteAllText(file + ".new", $$"""{ "tunnels": { "{{ServerPair.SecondRouter}}": "{{publicKey}}" } }""");
        File.Move(file + ".new", file);
        using var socket = ServerPair.SetUp(networked.Other!, ServerPair.SecondRouter, privateKey, ServerPair.FirstRouter, File.ReadAllText(host.Folder.File("state/network.pub")).Trim());
        plane.SetHost(new HostPolicy { Remotes = new Dictionary<int, string> { [30_001] = ServerPair.FirstRouter } });
        var remote = networked.Other!.Add(new ContainerPolicy { Uid = 30_002, Links = [30_001] });
        Define(host, 30_001, [30_002], [$"in {Second}/32 {First}/32 allow", $"out {First}/32 {Second}/32 gateway {ServerPair.SecondRouter}"]);
        await host.RunningAsync();
        using var server = Listen(remote.Space, Second);
        await Talk.ExpectAsync(host, 30_001, "http", Second);
        Assert.Equal(First, await server.LastPeerAsync());
        using var own = Talk.Serve(host, 30_001);
        await UntilAsync(() => Task.FromResult(Answers(remote.Space, First, Talk.Port)), "the way back is open too");

        // The link is gone: the rule alone re-opens nothing, and the other side refuses.
        Define(host, 30_001, [], [$"in {Second}/32 {First}/32 allow", $"out {First}/32 {Second}/32 gateway {ServerPair.SecondRouter}"]);
        await UntilAsync(() => RefusesAsync(host, Second), "the link is gone");
        Assert.False(Answers(remote.Space, First, Talk.Port, milliseconds: 1_000));
    }

    /// <summary>As the linked neighbour: by whoever could send raw packets in the container's network.</summary>
    private static async Task SpoofAsync(NetworkedHost networked)
    {
        long Dropped() => !networked.IsTuntap
            ? Nft.ReadCounters(networked.Lab.Host).GetValueOrDefault(DropCause.Spoofed)
            : networked.Router.Drops(DropCause.Spoofed);
        using var space = await networked.SpaceAsync(30_003);
        var nextHop = !networked.IsTuntap ? Link(networked.Lab.Host, "u30003") : null;
        using var tap = new PacketTap(space, "uwsgi0", nextHop);
        var before = Dropped();
        tap.Send(PacketFactory.Udp(IPAddress.Parse(Second), IPAddress.Parse(First), 1, 9, [1]));
        await UntilAsync(() => Task.FromResult(Dropped() > before), "a packet with a neighbour's address is dropped");
    }

    /// <summary>A public port, as the agent writes it, opens while the container runs.</summary>
    private static async Task PublishAsync(NetworkedHost networked)
    {
        var file = networked.Host.Folder.File("state/network.json");
        File.WriteAllText(file + ".new", $$"""{ "portmaps": [ { "protocol": "tcp", "public_address": "{{Lab.HostV4}}", "port": 8080, "uid": 30001, "private_port": {{Talk.Port}} } ] }""");
        File.Move(file + ".new", file, overwrite: true);
        await UntilAsync(() => Task.FromResult(Answers(networked.Lab.Outside, Lab.HostV4, 8080)), "the public port leads to the container");
    }

    private static bool Answers(NetworkNamespace space, string address, int port, int milliseconds = 5_000)
    {
        using var client = space.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = milliseconds });
        try
        {
            if (!client.ConnectAsync(IPAddress.Parse(address), port).Wait(milliseconds))
            {
                return false;
            }

            client.Send("GET / HTTP/1.0\r\n\r\n"u8);
            var answer = new byte[15];
            return client.Receive(answer) == 15 && answer.AsSpan().SequenceEqual("HTTP/1.0 200 OK"u8);
        }
        catch (Exception e) when (e is SocketException or AggregateException)
        {
            return false;
        }
    }

    private static byte[] Link(NetworkNamespace space, string device)
    {
        var words = Command.Ip(space, $"-o link show dev {device}").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Convert.FromHexString(words[Array.IndexOf(words, "link/ether") + 1].Replace(":", "", StringComparison.Ordinal));
    }

    private static async Task DefineAsync(ContainerHost host, uint uid, params uint[] links)
    {
        Define(host, uid, links, []);
        await host.RunningAsync(uid);
    }

    private static void Define(ContainerHost host, uint uid, uint[] links, string[] rules, bool isDmz = false) => host.Define(uid, definition =>
    {
        definition["dmz"] = isDmz;
        definition["links"] = new JsonArray([.. links.Select(static link => JsonValue.Create(link))]);
        definition["rules"] = new JsonArray([.. rules.Select(static rule => JsonValue.Create(rule))]);
    });

    private static Task UntilAsync(Func<Task<bool>> condition, string what) => Router.FunctionalTests.Eventually.TrueAsync(condition, what, 60);

    private static async Task<bool> RefusesAsync(ContainerHost host, string address)
    {
        try
        {
            await Talk.RefuseAsync(host, 30_001, "http", address);
            return true;
        }
        catch (Xunit.Sdk.StartsWithException)
        {
            return false;
        }
    }

    private static OutsideServer Listen(NetworkNamespace space, string address = Lab.OutsideV4) => new(space.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), Talk.Port));
        socket.Listen();
        return socket;
    }));
}
