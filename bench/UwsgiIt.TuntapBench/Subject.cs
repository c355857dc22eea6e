using System.Globalization;
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

    public string Name { get => field ?? Plane.Name; init; }

    public LabContainer First => _lab[30001];

    /// <summary>As <see cref="Iperf.Stream"/>, to the other container or outside.</summary>
    public (double Gbits, double CpuPerGbit) Stream(bool isOutside, int streams, int seconds) =>
        isOutside ? Iperf.Stream(First.Space, _lab.Outside, Lab.OutsideV4, streams, seconds, _processorTime) : Iperf.Stream(First.Space, _lab[30002].Space, _lab[30002].V4, streams, seconds, _processorTime);

    /// <summary>Thousand UDP packets of 64 bytes that arrive in a second.</summary>
    public double SmallPackets(int seconds)
    {
        var (json, _) = Iperf.Run(First.Space, _lab[30002].Space, _lab[30002].V4, seconds, _processorTime, "-u", "-b", "0", "-l", "64");
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
}
