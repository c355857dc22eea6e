using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;
using UwsgiIt.Network.Control;
using UwsgiIt.Tuntap.Diagnostics;
using UwsgiIt.Tuntap.Dns;
using UwsgiIt.Tuntap.Hosting;
using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Control;

/// <summary>Listens for the daemon and does what it asks. The newest connection counts: one that comes ends the one before, which may hang.</summary>
internal sealed partial class ControlServer(TuntapRouter router, ControlListener listener, DnsRelay relay, IOptions<TuntapOptions> options, ILogger<ControlServer> logger) : IDisposable
{
    private readonly Lock _lock = new();
    private Thread? _thread;
    private PacketSocket? _current;

    /// <summary>Starts to listen; called once all rights are gone.</summary>
    public void Start()
    {
        _thread = new Thread(Accept) { IsBackground = true, Name = "control" };
        _thread.Start();
    }

    public void Dispose()
    {
        listener.Socket.Shutdown();
        lock (_lock)
        {
            _current?.Shutdown();
        }

        _thread?.Join();
    }

    private void Accept()
    {
        try
        {
            while (listener.Socket.Accept() is { } socket)
            {
                var peer = socket.Peer();
                if (peer.UserId != 0 && peer.UserId != options.Value.DaemonUid)
                {
                    Log.Refused(logger, peer.UserId);
                    socket.Dispose();
                    continue;
                }

                lock (_lock)
                {
                    _current?.Shutdown();
                    _current = socket;
                }

                Log.Connected(logger, peer.ProcessId);
                new Thread(() => Serve(socket)) { IsBackground = true, Name = "daemon" }.Start();
            }
        }
        catch (LinuxException e)
        {
            Log.Failed(logger, e);
        }
    }

    private void Serve(PacketSocket socket)
    {
        using var channel = new ControlChannel(socket);
        List<SafeFileHandle> descriptors = [];
        try
        {
            while (Answer(channel, descriptors) is { } reply)
            {
                channel.Send(reply, ControlJson.Default.ControlReply);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Log.Failed(logger, e);
        }

        lock (_lock)
        {
            _current = _current == socket ? null : _current;
        }

        descriptors.ForEach(static handle => handle.Dispose());
        Log.Gone(logger);
    }

    private ControlReply? Answer(ControlChannel channel, List<SafeFileHandle> descriptors)
    {
        List<string> faults = [];
        try
        {
            if (channel.Receive(ControlJson.Default.ControlRequest, descriptors) is not { } request)
            {
                return null;
            }

            if (request.Version != ControlRequest.CurrentVersion)
            {
                faults.Add($"version {request.Version} is not spoken here, only {ControlRequest.CurrentVersion}");
            }
            else if (Carry(request, descriptors, faults))
            {
                // They are the workers' now.
                descriptors.Clear();
            }
        }
        catch (JsonException e)
        {
            faults.Add($"the message cannot be read: {e.Message}");
        }

        descriptors.ForEach(static handle => handle.Dispose());
        descriptors.Clear();
        foreach (var fault in faults)
        {
            Log.RequestRefused(logger, fault);
        }

        return new ControlReply { Faults = faults, Workers = router.Workers, Devices = router.Devices, HasGateway = router.HasGateway, HasResolver = relay.IsServing, HasTunnel = router.HasTunnel };
    }

    /// <summary>True when the descriptors were taken.</summary>
    private bool Carry(ControlRequest request, List<SafeFileHandle> descriptors, List<string> faults)
    {
        switch (request.Operation)
        {
            case ControlOperation.Hello:
                return false;
            case ControlOperation.Host when request.Host is { } host:
                router.TrySetHost(host, faults);
                return false;
            case ControlOperation.Policies when request.Policies is { } policies:
                router.TrySetPolicies(policies, faults);
                return false;
            case ControlOperation.Attach:
                return router.TryAttach(request.Uid, descriptors, faults);
            case ControlOperation.AttachGateway:
                return router.TryAttachGateway(descriptors, faults);
            case ControlOperation.Resolve when descriptors.Count > 0:
                return TryServe(descriptors, faults);
            case ControlOperation.Tunnel when request.Tunnel is { } tunnel:
                return router.TrySetTunnel(tunnel, descriptors, faults);
            case ControlOperation.Detach:
                router.Detach(request.Uid);
                return false;
            default:
                faults.Add($"{request.Operation} without what it is about");
                return false;
        }
    }

    private bool TryServe(List<SafeFileHandle> descriptors, List<string> faults)
    {
        List<Socket> sockets = [];
        foreach (var descriptor in descriptors)
        {
            try
            {
                // The socket is the descriptor's owner from here on.
                sockets.Add(new Socket(new SafeSocketHandle(descriptor.DangerousGetHandle(), ownsHandle: true)));
                descriptor.SetHandleAsInvalid();
            }
            catch (SocketException e)
            {
                faults.Add($"a resolver's descriptor is no socket: {e.Message}");
            }
        }

        if (faults.Count > 0 || sockets.Exists(static socket => socket.SocketType != SocketType.Dgram))
        {
            faults.Add("the resolver takes bound UDP sockets");
            sockets.ForEach(static socket => socket.Dispose());
            return true;
        }

        sockets.ForEach(relay.Serve);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(TuntapEventIds.DaemonConnected, LogLevel.Information, "The daemon is connected (pid {Pid}).")]
        public static partial void Connected(ILogger logger, int pid);

        [LoggerMessage(TuntapEventIds.DaemonGone, LogLevel.Information, "The daemon's connection has ended; packets go on by its last word.")]
        public static partial void Gone(ILogger logger);

        [LoggerMessage(TuntapEventIds.DaemonRefused, LogLevel.Warning, "Uid {Uid} is not the daemon; its connection is refused.")]
        public static partial void Refused(ILogger logger, uint uid);

        [LoggerMessage(TuntapEventIds.RequestRefused, LogLevel.Warning, "The daemon's request is refused: {Fault}.")]
        public static partial void RequestRefused(ILogger logger, string fault);

        [LoggerMessage(TuntapEventIds.ConnectionFailed, LogLevel.Debug, "The control connection failed.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
