using System.Text.Json;
using UwsgiIt.Linux.Networking;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.TuntapBench;

/// <summary>iperf3 between two namespaces.</summary>
internal static class Iperf
{
    /// <summary>TCP's congestion control. Default the machine's; bbr paces by a timer, and is slower between neighbours on any plane.</summary>
    public static string? Congestion { get; set; }

    /// <summary>Gbit/s of TCP, and CPU seconds of both ends and of what moves packets for each Gbit.</summary>
    public static (double Gbits, double CpuPerGbit) Stream(NetworkNamespace from, NetworkNamespace to, string address, int streams, int seconds, Func<TimeSpan> processorTime)
    {
        var (json, cpu) = Run(from, to, address, seconds, processorTime, ["-P", $"{streams}", .. Congestion is null ? Array.Empty<string>() : ["-C", Congestion]]);
        var gbits = json.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 1e9;
        return (gbits, cpu / (gbits * seconds));
    }

    /// <summary>Its own report, and the CPU seconds of both ends and of what moves packets.</summary>
    public static (JsonElement Json, double Cpu) Run(NetworkNamespace from, NetworkNamespace to, string address, int seconds, Func<TimeSpan> processorTime, params string[] options)
    {
        using var server = Command.Start(to, "iperf3", "-s", "-1", "-J");
        var output = server.StandardOutput.ReadToEndAsync();
        WaitForListener(to);
        var before = processorTime();
        var text = Command.Run(from, seconds + 30, null, "iperf3", ["-c", address, "-t", $"{seconds}", "-J", .. options]);
        var router = (processorTime() - before).TotalSeconds;
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
