using System.Text.Json.Nodes;
using UwsgiIt.Linux.Networking;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Containerd.PrivilegedTests.Network;

/// <summary>A <see cref="ContainerHost"/> whose containers have a network: the gateway and somebody outside live in namespaces of the test's own.</summary>
internal sealed class NetworkedHost : IAsyncDisposable
{
    private readonly TuntapPlane _router = new(Programs.Assembly("uwsgiit-tuntap"), workers: 2);
    private readonly Lab _lab = new(new DaemonPlane());
    private readonly string _plane;
    private ContainerHost? _host;

    private NetworkedHost(string plane, IDataPlane? other)
    {
        _plane = plane;
        if (other is not null)
        {
            Other = new Lab(other);
            ServerPair.Join(_lab, Other);
        }
    }

    public static TheoryData<string> Planes => ["Tuntap", "Nftables"];

    public ContainerHost Host => _host!;

    /// <summary>The router's process; on the kernel's plane it moves no packet.</summary>
    public TuntapPlane Router => _router;

    /// <summary>The router moves the packets, not the kernel.</summary>
    public bool IsTuntap => _plane == "Tuntap";

    /// <summary>Host and outside.</summary>
    public Lab Lab => _lab;

    /// <summary>Another server beside this one, when there is one.</summary>
    public Lab? Other { get; }

    public static async Task<NetworkedHost> StartAsync(string plane, IDataPlane? other = null)
    {
        Requirements.Check();
        Skip.IfNot(File.Exists("/dev/net/tun"), "the kernel has no tun device (/dev/net/tun)");
        Skip.IfNot(File.Exists("/usr/sbin/nft"), "nft is not installed (package nftables)");
        var networked = new NetworkedHost(plane, other);
        try
        {
            // Who is outside knows no way to containers: only translation brings answers back.
            Command.Ip(networked._lab.Outside, "route del 10.0.0.0/8");

            // On the kernel's plane it is the resolver only.
            networked._router.StartProcess();
            networked._host = await ContainerHost.StartAsync(networked.Configure);
            return networked;
        }
        catch
        {
            await networked.DisposeAsync();
            throw;
        }
    }

    /// <summary>The network of a running container, for what only root may send there.</summary>
    public async Task<NetworkNamespace> SpaceAsync(uint uid) => NetworkNamespace.Open($"/proc/{await Host.PidAsync(uid)}/ns/net");

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _router.Dispose();
        Other?.Dispose();
        _lab.Dispose();
    }

    private void Configure(JsonObject settings) => settings["Network"] = new JsonObject
    {
        ["DataPlane"] = _plane,
        ["Namespace"] = _lab.Host.Path,
        ["TuntapSocket"] = _router.ControlSocket,
        ["NatInterface"] = "eth0",
        ["Resolver"] = true,
        ["Tunnel"] = Other is null ? null : ServerPair.FirstRouter,
    };
}
