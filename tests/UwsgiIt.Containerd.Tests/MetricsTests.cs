using UwsgiIt.Containerd.Control;
using UwsgiIt.Containerd.Network;

namespace UwsgiIt.Containerd.Tests;

public sealed class MetricsTests
{
    private const string Devices = """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            lo:     840      10    0    0    0     0          0         0      840      10    0    0    0     0       0          0
        uwsgi0: 123456     100    0    0    0     0          0         0     7890      50    0    0    0     0       0          0
        """;

    [Fact]
    public void Device_IsFoundByItsWholeName()
    {
        Assert.Equal((123_456L, 7_890L), DeviceCounters.Find(Devices, "uwsgi0"));
        Assert.Equal((840L, 840L), DeviceCounters.Find(Devices, "lo"));
        Assert.Null(DeviceCounters.Find(Devices, "uwsgi"));
        Assert.Null(DeviceCounters.Find(Devices, "face |bytes    packets errs drop fifo frame compressed multicast|bytes"));
        Assert.Null(DeviceCounters.Find("uwsgi0: 1 2 3\n", "uwsgi0"));
        Assert.Null(DeviceCounters.Find("", "uwsgi0"));
        Assert.Null(DeviceCounters.Read(int.MaxValue));
    }

    [Fact]
    public void Metrics_HaveEveryUseAndState_AndLeaveOutWhatIsNotKnown()
    {
        var features = new HostFeatures(2, [], [], "none", "", "", 0, "", [], "");
        var running = new ContainerReport
        {
            Uid = 30_001,
            Name = "a\nname",
            Phase = "running",
            Held = false,
            Usage = new ContainerUsage { Memory = 7, CpuNanoseconds = 1_500_000_000, NetworkReceivedBytes = 11, NetworkSentBytes = 12, Disk = null },
            Vassals = new Dictionary<string, string> { ["a.ini"] = "loyal", ["b.ini"] = "loyal", ["c.ini"] = "cursed" },
        };
        var stopped = new ContainerReport { Uid = 30_002, Name = "b", Phase = "stopped", Held = true, Vassals = new Dictionary<string, string>() };
        var lines = MetricsText.Of(new HostReport("1", 1, features, [running, stopped], new Dictionary<string, string> { ["x.json"] = "faulty" })).Split('\n');
        foreach (var line in (string[])[
            "uwsgiit_container_up{uid=\"30001\"} 1", "uwsgiit_container_up{uid=\"30002\"} 0", "uwsgiit_container_memory_bytes{uid=\"30001\"} 7", "uwsgiit_container_cpu_seconds_total{uid=\"30001\"} 1.5",
            "uwsgiit_container_network_receive_bytes_total{uid=\"30001\"} 11", "uwsgiit_container_network_transmit_bytes_total{uid=\"30001\"} 12",
            "uwsgiit_container_vassals{uid=\"30001\",state=\"loyal\"} 2", "uwsgiit_container_vassals{uid=\"30001\",state=\"cursed\"} 1", "uwsgiit_definition_faults 1"])
        {
            Assert.Contains(line, lines);
        }

        Assert.DoesNotContain(lines, static line => line.StartsWith("uwsgiit_container_disk_bytes{", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, static line => line.StartsWith("uwsgiit_container_memory_bytes{uid=\"30002\"", StringComparison.Ordinal));
    }
}
