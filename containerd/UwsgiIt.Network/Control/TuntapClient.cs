using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Network.Control;

/// <summary>The daemon's end: hands the router its devices and its policy. One thread uses it at a time.</summary>
public sealed class TuntapClient : IDisposable
{
    private readonly ControlChannel _channel;

    private TuntapClient(ControlChannel channel) => _channel = channel;

    /// <summary>The connection, readable once the router has gone: it never speaks unasked. Owned by this object.</summary>
    public SafeFileHandle Handle => _channel.Socket.Handle;

    /// <summary>Connects. Throws <see cref="LinuxException"/> when nobody listens.</summary>
    public static TuntapClient Connect(string path, TimeSpan timeout)
    {
        var socket = PacketSocket.Connect(path);
        socket.SetTimeout(timeout);
        return new TuntapClient(new ControlChannel(socket));
    }

    /// <summary>What is there. All calls throw <see cref="IOException"/> when the router has gone or does not answer.</summary>
    public ControlReply Hello() => Ask(new ControlRequest { Operation = ControlOperation.Hello });

    /// <summary>Sets the host's policy.</summary>
    public ControlReply SetHost(HostPolicy host) => Ask(new ControlRequest { Operation = ControlOperation.Host, Host = host });

    /// <summary>Sets containers' policies: all of them, or none when one is faulty.</summary>
    public ControlReply SetPolicies(params IReadOnlyList<ContainerPolicy> policies) => Ask(new ControlRequest { Operation = ControlOperation.Policies, Policies = policies });

    /// <summary>Hands a container's device over, one queue each worker; the caller may close his.</summary>
    public ControlReply Attach(int uid, params ReadOnlySpan<SafeFileHandle> queues) => Ask(new ControlRequest { Operation = ControlOperation.Attach, Uid = uid }, queues);

    /// <summary>Hands the gateway's device over.</summary>
    public ControlReply AttachGateway(params ReadOnlySpan<SafeFileHandle> queues) => Ask(new ControlRequest { Operation = ControlOperation.AttachGateway }, queues);

    /// <summary>Hands the gateway's resolver its bound UDP sockets.</summary>
    public ControlReply Resolve(params ReadOnlySpan<SafeFileHandle> sockets) => Ask(new ControlRequest { Operation = ControlOperation.Resolve }, sockets);

    /// <summary>Sets the tunnel up; its socket is needed while the router has none.</summary>
    public ControlReply SetTunnel(TunnelSettings tunnel, params ReadOnlySpan<SafeFileHandle> sockets) => Ask(new ControlRequest { Operation = ControlOperation.Tunnel, Tunnel = tunnel }, sockets);

    /// <summary>Takes a container away.</summary>
    public ControlReply Detach(int uid) => Ask(new ControlRequest { Operation = ControlOperation.Detach, Uid = uid });

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private ControlReply Ask(ControlRequest request, params ReadOnlySpan<SafeFileHandle> descriptors)
    {
        _channel.Send(request, ControlJson.Default.ControlRequest, descriptors);
        List<SafeFileHandle> unexpected = [];
        var reply = _channel.Receive(ControlJson.Default.ControlReply, unexpected);
        unexpected.ForEach(static handle => handle.Dispose());
        return reply ?? throw new IOException("The tuntap router has gone, or did not answer in time.");
    }
}
