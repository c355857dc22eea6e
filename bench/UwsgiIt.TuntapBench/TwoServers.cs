using System.Net.Sockets;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.TuntapBench;

/// <summary>A container on each of two servers, joined by the routers' own tunnel.</summary>
internal sealed class TwoServers : IDisposable
{
    private readonly TuntapPlane _here;
    private readonly TuntapPlane _there;
    private readonly Lab _first;
    private readonly Lab _second;
    private readonly Socket[] _sockets;
    private readonly LabContainer _one;
    private readonly LabContainer _two;

    public TwoServers(string program)
    {
        (_here, _there) = (new TuntapPlane(program), new TuntapPlane(program));
        _first = new Lab(_here, new HostPolicy { Remotes = new Dictionary<int, string> { [30002] = ServerPair.SecondRouter } });
        _second = new Lab(_there, new HostPolicy { Remotes = new Dictionary<int, string> { [30001] = ServerPair.FirstRouter } });
        ServerPair.Join(_first, _second);
        var (one, two) = (ServerPair.NewKey(), ServerPair.NewKey());
        _sockets =
        [
            ServerPair.SetUp(_first, ServerPair.FirstRouter, one.Private, ServerPair.SecondRouter, two.Public),
            ServerPair.SetUp(_second, ServerPair.SecondRouter, two.Private, ServerPair.FirstRouter, one.Public),
        ];
        _one = _first.Add(new ContainerPolicy { Uid = 30001, Links = [30002] });
        _two = _second.Add(new ContainerPolicy { Uid = 30002, Links = [30001] });
    }

    /// <summary>As <see cref="Iperf.Stream"/>, with the time of both routers.</summary>
    public (double Gbits, double CpuPerGbit) Stream(int seconds) => Iperf.Stream(_one.Space, _two.Space, _two.V4, 1, seconds, () => _here.ProcessorTime + _there.ProcessorTime);

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _here.Dispose();
        _there.Dispose();
        Array.ForEach(_sockets, static socket => socket.Dispose());
    }
}
