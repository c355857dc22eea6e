using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Tools;

namespace UwsgiIt.Containerd.Network;

/// <summary>
/// The way to other servers' containers by WireGuard in the kernel, where the kernel has it and <c>wg</c> is installed. It has the server's key, the
/// one of the router's own tunnel, which stays for servers that have no WireGuard. Used by the network's thread.
/// </summary>
internal sealed partial class WireGuardTunnel(IOptions<NetworkOptions> options, IOptions<PathOptions> paths, ILogger<WireGuardTunnel> logger)
{
    /// <summary>Its device, in the gateway's namespace.</summary>
    public const string Device = "uwsgiwg";

    private readonly NetworkOptions _options = options.Value;
    private readonly Lock _making = new();
    private bool? _isPresent;
    private string? _applied;

    /// <summary>UDP port at which other servers reach it; null where there is none. From any thread; makes the device the first time.</summary>
    public int? Port
    {
        get
        {
            lock (_making)
            {
                return (_isPresent ??= TryMake()) ? _options.WireGuardPort : null;
            }
        }
    }

    /// <summary>Brings kernel and routes to what the state says; the routers that are reached so: none when that fails, for the router's own tunnel leads there too.</summary>
    public IReadOnlySet<string> Apply(IReadOnlyDictionary<int, string> remotes, IReadOnlyDictionary<string, string> keys, IReadOnlyDictionary<string, string> wireGuards, AddressPlan plan)
    {
        if (Port is not { } port || wireGuards.Count == 0)
        {
            return new HashSet<string>();
        }

        var peers = WireGuardConfig.Peers(remotes, keys, wireGuards);
        var config = WireGuardConfig.Write(ServerIdentity.ReadOrMake(paths.Value.StateDirectory), port, peers.Values, plan);
        return config == _applied || TryApply(config, Routes(peers.Values, plan)) ? peers.Keys.ToHashSet() : [];
    }

    private bool TryApply(string config, string routes)
    {
        try
        {
            using var space = Open();
            NetworkTool.Run(space, Tool("wg"), config, "syncconf", Device, "/dev/stdin");
            NetworkTool.Run(space, Tool("ip"), null, "-4", "route", "flush", "dev", Device, "proto", "static");
            NetworkTool.Run(space, Tool("ip"), null, "-6", "route", "flush", "dev", Device, "proto", "static");
            NetworkTool.Run(space, Tool("ip"), routes, "-batch", "-");
            _applied = config;
            return true;
        }
        catch (IOException e)
        {
            Log.NotApplied(logger, e.Message);
            return false;
        }
    }

    private static string Tool(string name) => NetworkTool.Find(name) ?? throw new IOException($"{name} is not installed");

    // All of them anew: there is nothing else on the device. A batch takes no option such as -6.
    private static string Routes(IEnumerable<WireGuardPeer> peers, AddressPlan plan)
    {
        var lines = new StringBuilder();
        foreach (var uid in peers.SelectMany(static peer => peer.Uids))
        {
            lines.Append(CultureInfo.InvariantCulture, $"route replace {IpAddresses.ToText(AddressFamilies.V4, plan.V4(uid))}/32 dev {Device} proto static\nroute replace {IpAddresses.ToText(AddressFamilies.V6, plan.V6(uid))}/128 dev {Device} proto static\n");
        }

        return lines.ToString();
    }

    private bool TryMake()
    {
        if (_options.Tunnel is null)
        {
            return false;
        }

        // Whoever moves packets: the operator wants to tell the other servers.
        ServerIdentity.ReadOrMake(paths.Value.StateDirectory);
        if (_options.WireGuardPort == 0)
        {
            return false;
        }

        try
        {
            using var space = Open();
            if (!space.Run(static () => ContainerLink.Exists(Device)))
            {
                NetworkTool.Run(space, Tool("ip"), null, "link", "add", "dev", Device, "mtu", $"{_options.TunnelMtu}", "type", "wireguard");
            }

            NetworkTool.Run(space, Tool("wg"), null, "show", Device, "listen-port");
            NetworkTool.Run(space, Tool("ip"), null, "link", "set", Device, "up");
            HostForwarding.Enable(space);
            return true;
        }
        catch (IOException e)
        {
            Log.Absent(logger, e.Message);
            return false;
        }
    }

    private NetworkNamespace Open() => NetworkNamespace.Open(_options.Namespace ?? "/proc/thread-self/ns/net");

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.NetworkTunnelRefused, LogLevel.Warning, "WireGuard is not as it should be: {Fault}")]
        public static partial void NotApplied(ILogger logger, string fault);

        [LoggerMessage(ContainerdEventIds.NetworkNoWireGuard, LogLevel.Information, "No WireGuard here, so the router's own tunnel leads to other servers: {Reason}")]
        public static partial void Absent(ILogger logger, string reason);
    }
}
