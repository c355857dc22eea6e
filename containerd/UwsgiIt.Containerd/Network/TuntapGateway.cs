using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Control;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Nftables;

namespace UwsgiIt.Containerd.Network;

/// <summary>The gateway: its device, the kernel's rules around it, and the sockets of the resolver at its address.</summary>
internal sealed class TuntapGateway(NetworkOptions options, HostFirewall host) : IDisposable
{
    private readonly NetworkNamespace _space = NetworkNamespace.Open(options.Namespace ?? "/proc/thread-self/ns/net");
    private GatewaySettings? _applied;
    private SafeFileHandle[] _queues = [];
    private Socket[] _sockets = [];

    /// <summary>Puts the rules in force, and makes the device if it is not there for that many workers. The rules first: behind an open device the host must be closed.</summary>
    public void Open(int workers, GatewaySettings settings)
    {
        if (settings.NatInterface is not null)
        {
            HostForwarding.Enable(_space);
        }

        if (_applied is null || _applied.NatInterface != settings.NatInterface || _applied.TunnelDevice != settings.TunnelDevice || !_applied.Portmaps.SequenceEqual(settings.Portmaps))
        {
            Nft.Apply(_space, counts => Ruleset.ForTuntap(host, settings, options.GatewayDevice, counts));
            _applied = settings;
        }

        if (_queues.Length == workers)
        {
            return;
        }

        var before = _queues;
        _queues = _space.Run(() => TunDevice.Open(options.GatewayDevice, workers));
        Array.ForEach(before, static queue => queue.Dispose());
        _space.Run(() => ContainerLink.SetUpGateway(options.GatewayDevice, host.Plan, options.Mtu));
    }

    /// <summary>Hands device and sockets over; sockets only when the router has none: those of an earlier daemon are bound still.</summary>
    public void HandTo(TuntapClient client, ControlReply state)
    {
        client.AttachGateway(_queues).OrThrow();
        if (options.HasResolver && !state.HasResolver)
        {
            _sockets = _sockets.Length > 0 ? _sockets : _space.Run(() => GatewaySockets.Bind(host.Plan));
            var handles = Array.ConvertAll(_sockets, static socket => new SafeFileHandle(socket.Handle, ownsHandle: false));
            client.Resolve(handles).OrThrow();
            Array.ForEach(handles, static handle => handle.Dispose());
        }
    }

    public void Dispose()
    {
        Array.ForEach(_queues, static queue => queue.Dispose());
        Array.ForEach(_sockets, static socket => socket.Dispose());
        _space.Dispose();
    }
}
