using System.Text.Json;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Control;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>The router as a process: its rights, its life, what it tells.</summary>
public sealed class RouterProcessTests : IDisposable
{
    private readonly TuntapPlane _plane = new(Requirements.Program, workers: 2);
    private Lab? _lab;

    private Lab Start(params ContainerPolicy[] policies)
    {
        Requirements.Check();
        _lab = new Lab(_plane);
        foreach (var policy in policies)
        {
            _lab.Add(policy);
        }

        return _lab;
    }

    private static ContainerPolicy Of(int uid, params int[] links) => new() { Uid = uid, Links = links };

    [SkippableFact]
    public void Process_HasNoRightsAtAll()
    {
        Start();
        var status = File.ReadAllLines($"/proc/{_plane.Process!.Id}/status").Select(static line => line.Split('\t', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);
        Assert.Equal("65534\t65534\t65534\t65534", status["Uid:"]);
        Assert.Equal("65534\t65534\t65534\t65534", status["Gid:"]);
        Assert.Equal("", status["Groups:"].Trim());
        foreach (var thread in Directory.GetDirectories($"/proc/{_plane.Process.Id}/task"))
        {
            var lines = File.ReadAllLines(Path.Combine(thread, "status"));
            Assert.Contains("NoNewPrivs:\t1", lines);
            Assert.Contains("Seccomp:\t2", lines);
            Assert.All(["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"], name => Assert.Contains($"{name}\t0000000000000000", lines));
        }
    }

    /// <summary>Killed under a stream and started again: the stream goes on and comes out right; the containers notice a pause.</summary>
    [SkippableFact]
    public void Kill_UnderAStream_PausesIt()
    {
        var lab = Start(Of(30001, 30002), Of(30002, 30001));
        var (one, two) = (lab[30001], lab[30002]);
        var starts = 0;
        Transfer.Stream(one.Space, two.Space, two.V4, 64 << 20, whileRunning: turn =>
        {
            if (turn is 1 or 3)
            {
                _plane.Kill();
                _plane.StartProcess();
                _plane.Connect();
                starts++;
            }
        });
        Assert.Equal(2, starts);
        Assert.True(Json("/v1/network/30001").GetProperty("has_device").GetBoolean());
    }

    /// <summary>The daemon goes and comes back: nothing is lost in between, and it learns which devices are there.</summary>
    [SkippableFact]
    public void Daemon_ThatComesBack_FindsEverythingThere()
    {
        var lab = Start(Of(30001, 30002), Of(30002, 30001));
        _plane.Disconnect();
        Transfer.Stream(lab[30001].Space, lab[30002].Space, lab[30002].V4, 1 << 20);
        using var client = TuntapClient.Connect(_plane.ControlSocket, TimeSpan.FromSeconds(30));
        var state = client.Hello();
        Assert.Equal([30001, 30002], state.Devices.Order());
        Assert.True(state.HasGateway);
        Assert.Equal(2, state.Workers);
    }

    [SkippableFact]
    public void Control_RefusesWhatIsWrongAndChangesNothing()
    {
        var lab = Start(Of(30001, 30002), Of(30002, 30001));
        _plane.Disconnect();
        using var client = TuntapClient.Connect(_plane.ControlSocket, TimeSpan.FromSeconds(30));
        Assert.Contains("rule 1", Assert.Single(client.SetPolicies(Of(30001), Of(30002) with { Rules = ["in nowhere any allow"] }).Faults), StringComparison.Ordinal);
        Assert.Contains("queues", Assert.Single(client.Attach(30003).Faults), StringComparison.Ordinal);
        Assert.Contains("blocks cannot change", Assert.Single(client.SetHost(new HostPolicy { Block4 = "10.0.0.0/9" }).Faults), StringComparison.Ordinal);
        Transfer.Stream(lab[30001].Space, lab[30002].Space, lab[30002].V4, 1 << 20);

        // Longer than a packet of the socket: it comes through a file in memory.
        Assert.Empty(client.SetPolicies(Of(30001) with { Rules = [.. Enumerable.Range(0, ContainerPolicy.MaxRules).Select(static i => $"in {IpPrefix.V4(0x0b000000 + (uint)i)} any deny")] }).Faults);
        Assert.Equal(ContainerPolicy.MaxRules + 3, Json("/v1/network/30001").GetProperty("in").GetArrayLength());
    }

    [SkippableFact]
    public void Control_RefusesAStranger()
    {
        Start();
        File.SetUnixFileMode(_plane.ControlSocket, (UnixFileMode)0x1B6);
        File.SetUnixFileMode(Path.GetDirectoryName(_plane.ControlSocket)!, (UnixFileMode)0x1ED);
        var text = """
            import os, socket
            os.setuid(30001)
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.connect(os.environ.get('P') or __import__('sys').argv[1])
            s.settimeout(30)
            try:
                s.send(b'{"version":1,"operation":"Hello"}')
                print(len(s.recv(4096)))
            except OSError:
                print(0)
            """;
        Assert.Equal("0", Command.Run(null, "/usr/bin/python3", "-c", text, _plane.ControlSocket).Trim());
        Eventually.True(() => _plane.Log.Contains("Uid 30001 is not the daemon", StringComparison.Ordinal), "the refusal in the log");
    }

    [SkippableFact]
    public void Statistics_TellBytesAndDropsOfEveryContainer()
    {
        var lab = Start(Of(30001, 30002), Of(30002, 30001), Of(30003));
        Transfer.Stream(lab[30001].Space, lab[30002].Space, lab[30002].V4, 1 << 20);
        using var tap = new PacketTap(lab[30003].Space, LabContainer.Device);
        tap.Send(PacketFactory.Udp(System.Net.IPAddress.Parse(lab[30003].V4), System.Net.IPAddress.Parse(lab[30001].V4), 1, 2, [1, 2, 3]));
        Eventually.True(() => _plane.Ask("/metrics").Contains("uwsgiit_tuntap_drops_total{uid=\"30003\",cause=\"denied_out\"} 1", StringComparison.Ordinal), "the drop in the metrics");
        Assert.True(Json("/v1/network/30001").GetProperty("bytes_from").GetInt64() > 1 << 20);
        Assert.True(Json("/v1/network/30002").GetProperty("bytes_to").GetInt64() > 1 << 20);

        var stats = Json("/stats");
        var peer = stats.GetProperty("peers").EnumerateArray().Single(static peer => peer.GetProperty("uid").GetInt32() == 30002);
        Assert.Equal("10.0.0.4", peer.GetProperty("addr").GetString());
        Assert.Equal(67_108_874, peer.GetProperty("addr_32").GetInt64());
        Assert.True(peer.GetProperty("tx").GetInt64() > 1 << 20);
        Assert.Equal(["addr", "addr_32", "uid", "gid", "pid", "tx", "rx", "dropped"], peer.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(65_534, stats.GetProperty("uid").GetInt32());
        Assert.Equal(65_534, stats.GetProperty("gid").GetInt32());
        Assert.Equal(["version", "pid", "uid", "gid", "cwd", "peers"], stats.EnumerateObject().Select(static member => member.Name));
    }

    [SkippableFact]
    public void Trace_NamesTheRule()
    {
        var lab = Start(Of(30001, 30002) with { Rules = ["out any 192.0.2.0/24 deny"] }, Of(30002));
        var report = JsonDocument.Parse(_plane.Ask("/v1/network/trace", """{"from":30001,"destination":"192.0.2.7"}""")).RootElement;
        Assert.Equal("denied_out", report.GetProperty("verdict").GetString());
        Assert.Equal("container rule 1: out 0.0.0.0 192.0.2.0/24 deny", report.GetProperty("rules").EnumerateArray().Single().GetString());
        report = JsonDocument.Parse(_plane.Ask("/v1/network/trace", $$"""{"from":30001,"destination":"{{lab[30002].V6}}","protocol":"udp"}""")).RootElement;
        Assert.Equal("denied_in", report.GetProperty("verdict").GetString());
        report = JsonDocument.Parse(_plane.Ask("/v1/network/trace", """{"from":0,"source":"198.51.100.7","destination":"10.0.0.4"}""")).RootElement;
        Assert.Equal("container 30002", report.GetProperty("to").GetString());
        Assert.Contains("is not an address", _plane.Ask("/v1/network/trace", """{"from":30001,"destination":"x"}"""), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Ctl_ShowsAndTraces()
    {
        Start(Of(30001, 30002) with { Name = "shop", Rules = ["out any 192.0.2.0/24 deny"] }, Of(30002));
        string Ctl(params string[] arguments) => Command.Run(null, "dotnet", [Path.Combine(AppContext.BaseDirectory, "uwsgiit.dll"), "ctl", "--runtime-directory", _plane.RuntimeDirectory, "net", .. arguments]);
        Assert.Equal("container rule 1: out 0.0.0.0 192.0.2.0/24 deny\ndenied_out\n", Ctl("trace", "--from", "30001", "--to", "192.0.2.7"));
        Assert.EndsWith("passed, to container 30002\n", Ctl("trace", "--source", "198.51.100.7", "--to", "10.0.0.4"), StringComparison.Ordinal);
        Assert.Matches(@"30001\s+10\.0\.0\.3\s+\d+\s+\d+\s+\d+ shop", Ctl("show"));
        Assert.Contains("link with 30002", Ctl("show", "30001"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void CheckConfig_NamesEveryFault()
    {
        Requirements.Check();
        using var process = Command.Start(null, "dotnet", Requirements.Program, "--check-config", "--Tuntap:Workers=9", "--Tuntap:RunAs=0", "--Admin:Address=here", "--Tuntapp:X=1");
        var faults = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(78, process.ExitCode);
        Assert.Equal(4, faults.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    public void Dispose()
    {
        _lab?.Dispose();
        _plane.Dispose();
    }

    private JsonElement Json(string path) => JsonDocument.Parse(_plane.Ask(path)).RootElement;
}
