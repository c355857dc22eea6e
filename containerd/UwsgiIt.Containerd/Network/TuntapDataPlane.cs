using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Control;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Containerd.Network;

/// <summary>Containers on tun devices, whose queues the router process <c>uwsgiit-tuntap</c> gets with every container's policy.</summary>
internal sealed partial class TuntapDataPlane : IDataPlane
{
    /// <summary>Policies in one message: well within what a message may have, however many rules they have.</summary>
    private const int Batch = 50;

    private const int MaxWorkers = 7;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly NetworkOptions _options;
    private readonly ILogger<TuntapDataPlane> _logger;
    private readonly HostFirewall _host;
    private readonly TuntapGateway _gateway;
    private readonly TuntapTunnel? _tunnel;
    private TuntapClient? _client;
    private HostWishes? _sentWishes;
    private volatile int _workers = Math.Clamp(Environment.ProcessorCount, 1, MaxWorkers);

    public TuntapDataPlane(IOptions<NetworkOptions> options, IOptions<PathOptions> paths, ILogger<TuntapDataPlane> logger)
    {
        _options = options.Value;
        _logger = logger;
        _host = HostFirewall.TryCompile(_options.HostPolicy(), [])!;
        _gateway = new TuntapGateway(_options, _host);
        _tunnel = _options.Tunnel is { } address ? new TuntapTunnel(IPEndPoint.Parse(address), _options.TunnelMtu, _options.Namespace, paths.Value.StateDirectory) : null;
    }

    public string? ResolvConf => _options.HasResolver ? $"nameserver {ContainerLink.Gateway4(_host.Plan)}\n" : null;

    public SafeFileHandle? Connection => _client?.Handle;

    public NetworkedContainer Prepare(ContainerPolicy policy, NetworkNamespace space)
    {
        var queues = space.Run(() =>
        {
            // An earlier daemon's is in use: its addresses are right, and another queue would only divert packets from the router.
            var isNew = !ContainerLink.Exists(ContainerLink.Device);
            var opened = isNew ? TunDevice.Open(ContainerLink.Device, _workers) : [];
            if (isNew)
            {
                ContainerLink.SetUp(_host.Plan, policy.Uid, _options.Mtu, policy.Dmz);
            }

            return opened;
        });
        return new TuntapContainer(policy, Duplicate(space), queues);
    }

    public void Remove(NetworkedContainer container)
    {
        try
        {
            _client?.Detach(container.Uid);
        }
        catch (IOException)
        {
            // Whom it does not find again after the next connection, the router is told to forget.
            ConnectionLost();
        }
    }

    public void Publish(IReadOnlyCollection<NetworkedContainer> containers, HostWishes wishes)
    {
        var all = containers.Cast<TuntapContainer>().ToList();
        try
        {
            if (_client is null)
            {
                Connect(all, wishes);
            }
            else if (!wishes.IsSame(_sentWishes))
            {
                _gateway.Open(_workers, wishes.Gateway);
                _client.SetHost(wishes.Policy).OrThrow();
                SetTunnel(_client, wishes, hasSocket: true);
            }

            _sentWishes = wishes;
            SendPolicies(all);
            foreach (var container in all.Where(container => !container.IsHanded || container.Queues.Length != _workers))
            {
                Hand(container);
            }
        }
        catch (IOException)
        {
            ConnectionLost();
            throw;
        }
    }

    public void ConnectionLost()
    {
        _client?.Dispose();
        _client = null;
    }

    public void Dispose()
    {
        ConnectionLost();
        _gateway.Dispose();
        _tunnel?.Dispose();
    }

    // A faulty peer must not cost the containers their network.
    private void SetTunnel(TuntapClient client, HostWishes wishes, bool hasSocket)
    {
        if (_tunnel?.HandTo(client, wishes.Tunnels, hasSocket) is { Count: > 0 } faults)
        {
            Log.TunnelRefused(_logger, string.Join("; ", faults));
        }
    }

    /// <summary>A router that is new to us: 1 who it is, 2 what holds for all, 3 whom it shall forget; who has been sent or handed starts anew.</summary>
    private void Connect(List<TuntapContainer> containers, HostWishes wishes)
    {
        _client = TuntapClient.Connect(_options.TuntapSocket, Patience);
        var state = _client.Hello();
        _workers = Math.Clamp(state.Workers, 1, MaxWorkers);
        _gateway.Open(_workers, wishes.Gateway);
        _client.SetHost(wishes.Policy).OrThrow();
        foreach (var uid in state.Devices.Except(containers.Select(static container => container.Uid)))
        {
            _client.Detach(uid);
        }

        foreach (var container in containers)
        {
            container.Sent = null;
            container.IsHanded = false;
        }

        // Policies before the gateway: what comes from outside must find them.
        SendPolicies(containers);
        SetTunnel(_client, wishes, state.HasTunnel);
        _gateway.HandTo(_client, state);
    }

    private void SendPolicies(List<TuntapContainer> containers)
    {
        foreach (var batch in containers.Select(static container => (Container: container, container.Policy)).Where(static pair => pair.Container.Sent != pair.Policy).Chunk(Batch))
        {
            if (_client!.SetPolicies([.. batch.Select(static pair => pair.Policy)]).Faults.Count > 0)
            {
                SendSingly(batch);
            }

            foreach (var (container, policy) in batch)
            {
                container.Sent = policy;
            }
        }
    }

    // One that the router does not take is not the others' fault. It keeps what it had, or has nothing.
    private void SendSingly(IEnumerable<(TuntapContainer Container, ContainerPolicy Policy)> batch)
    {
        foreach (var (container, policy) in batch)
        {
            if (_client!.SetPolicies(policy).Faults is { Count: > 0 } faults)
            {
                Log.PolicyRefused(_logger, container.Uid, string.Join("; ", faults));
            }
        }
    }

    private void Hand(TuntapContainer container)
    {
        container.Fit(_workers, () =>
        {
            using var space = NetworkNamespace.Enter(container.Space);
            return space.Run(() => TunDevice.Open(ContainerLink.Device, _workers));
        });
        _client!.Attach(container.Uid, container.Queues).OrThrow();
        container.IsHanded = true;
    }

    private static SafeFileHandle Duplicate(NetworkNamespace space) => File.OpenHandle(space.Path);

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.NetworkTunnelRefused, LogLevel.Warning, "The tunnel to other servers is not as it should be: {Fault}")]
        public static partial void TunnelRefused(ILogger logger, string fault);

        [LoggerMessage(ContainerdEventIds.NetworkPolicyRefused, LogLevel.Warning, "The tuntap router does not take the rules of container {Uid}: {Fault}")]
        public static partial void PolicyRefused(ILogger logger, int uid, string fault);
    }
}
