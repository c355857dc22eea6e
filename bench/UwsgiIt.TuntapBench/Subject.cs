using System.Globalization;
using System.Text.Json;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.TuntapBench;

/// <summary>A data plane with two linked containers and somebody outside, and the measurements.</summary>
internal sealed class Subject : IDisposable
{
    private readonly Lab _lab;
    private readonly Func<TimeSpan> _processorTime;

    public Subject(IDataPlane plane, Func<TimeSpan> processorTime, HostPolicy? host = null, IReadOnlyList<string>? rules = null)
    {
        Plane = plane;
        _processorTime = processorTime;
        _lab = new Lab(plane, host);
        _lab.Add(new ContainerPolicy { Uid = 30001, Links = [30002], Rules = rules ?? [] });
        _lab.Add(new ContainerPolicy { Uid = 30002, Links = [30001], Rules = rules ?? [] });
    }

    public IDataPlane Plane { get; }

    public string Name => Plane.Name;

    public LabContainer First => _lab[30001];

    /// <summary>Gbit/s of TCP, and CPU seconds of both ends and the router for each Gbit.</summary>
    public (double Gbits, double CpuPerGbit) Stream(bool isOutside, int streams, int seconds)
    {
        var (json, cpu) = Iperf(isOutside, seconds, "-P", $"{streams}");
        var end = json.GetProperty("end");
        var gbits = end.GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 1e9;
        return (gbits, cpu / (gbits * seconds));
    }

    /// <summary>Thousand UDP packets of 64 bytes that arrive in a second.</summary>
    public double SmallPackets(int seconds)
    {
        var (json, _) = Iperf(isOutside: false, seconds, "-u", "-b", "0", "-l", "64");
        var sum = json.GetProperty("end").GetProperty("sum");
        return (sum.GetProperty("packets").GetDouble() - sum.GetProperty("lost_packets").GetDouble()) / seconds / 1e3;
    }

    /// <summary>Mean round trip of a ping a hundredth of a second after the last, in microseconds.</summary>
    public double Latency(int count)
    {
        var text = Command.Run(First.Space, 60, null, "ping", "-q", "-c", $"{count}", "-i", "0.01", _lab[30002].V4);
        var numbers = text[(text.LastIndexOf('=') + 1)..].Split('/');
        return double.Parse(numbers[1], CultureInfo.InvariantCulture) * 1e3;
    }

    /// <summary>Seconds without data when the router is ended under a stream and started again at once, as the service manager would.</summary>
    public double Restart(TuntapPlane plane, string signal)
    {
        using var stream = new RunningStream(First.Space, _lab[30002].Space, _lab[30002].V4, 60);
        stream.AwaitData();
        plane.End(signal);
        plane.StartProcess();
        plane.Connect();
        stream.AwaitSilence(5);
        return stream.AwaitData();
    }

    public void Dispose()
    {
        _lab.Dispose();
        Plane.Dispose();
    }

    private (JsonElement Json, double Cpu) Iperf(bool isOutside, int seconds, params string[] options)
    {
        var (space, address) = isOutside ? (_lab.Outside, Lab.OutsideV4) : (_lab[30002].Space, _lab[30002].V4);
        using var server = Command.Start(space, "iperf3", "-s", "-1", "-J");
        var output = server.StandardOutput.ReadToEndAsync();
        WaitForListener(space);
        var before = _processorTime();
        var text = Command.Run(First.Space, seconds + 30, null, "iperf3", ["-c", address, "-t", $"{seconds}", "-J", .. options]);
        var router = (_processorTime() - before).TotalSeconds;
        if (!server.WaitForExit(TimeSpan.FromSeconds(20)))
        {
            server.Kill();
        }

        _ = output.GetAwaiter().GetResult();
        var json = JsonDocument.Parse(text).RootElement;
        var use = json.GetProperty("end").GetProperty("cpu_utilization_percent");
        return (json, router + (seconds * (use.GetProperty("host_total").GetDouble() + use.GetProperty("remote_total").GetDouble()) / 100));
    }

    // 5201 is 1451 in the kernel's hexadecimal; 0A is LISTEN.
    private static void WaitForListener(NetworkNamespace space)
    {
        for (var turn = 0; turn < 1_000; turn++)
        {
            if (space.Run(static () => File.ReadAllText("/proc/thread-self/net/tcp6") + File.ReadAllText("/proc/thread-self/net/tcp")).Split('\n').Any(static line => line.Contains(":1451 ", StringComparison.Ordinal) && line.Contains(" 0A ", StringComparison.Ordinal)))
            {
                return;
            }

            Thread.Sleep(10);
        }

        throw new TimeoutException("iperf3 does not listen.");
    }
}
