using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Control;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Diagnostics;
using UwsgiIt.Tuntap.Tunnel;
using UwsgiIt.Tuntap.Workers;

namespace UwsgiIt.Tuntap.Routing;

/// <summary>
/// Who is there and by which rules; the workers read <see cref="Table"/>. Every change is made whole under one lock: faulty policies change nothing,
/// good ones hold from the next packet on.
/// </summary>
internal sealed partial class TuntapRouter : IDisposable
{
    private readonly Lock _change = new();
    private readonly Dictionary<int, Peer> _peers = [];
    private readonly HashSet<int> _devices = [];
    private readonly Peer _gateway;
    private readonly Worker[] _workers;
    private readonly TunnelGateway _tunnel;
    private readonly ILogger _logger;
    private bool _hasGateway;
    private TunnelSetup? _setup;
    private volatile PeerTable _table;

    public TuntapRouter(int workers, TimeSpan busyPoll, ILogger logger)
    {
        _logger = logger;
        _gateway = new Peer(Peer.GatewayUid, AddressPlan.GatewayOffset, workers);
        _table = new PeerTable(HostFirewall.Default, null, []);
        _workers = new Worker[workers];
        for (var i = 0; i < workers; i++)
        {
            _workers[i] = new Worker(i, this, busyPoll, logger);
        }

        // One worker receives and keeps the sessions.
        _tunnel = new TunnelGateway(_workers[0].Post, TunnelCounters);
    }

    /// <summary>The state of this moment.</summary>
    public PeerTable Table => _table;

    public Peer Gateway => _gateway;

    /// <summary>The way to other servers' containers.</summary>
    public TunnelGateway Tunnel => _tunnel;

    public TunnelCounters TunnelCounters { get; } = new();

    public int Workers => _workers.Length;

    public bool HasGateway
    {
        get
        {
            lock (_change)
            {
                return _hasGateway;
            }
        }
    }

    public bool HasTunnel
    {
        get
        {
            lock (_change)
            {
                return _setup is not null;
            }
        }
    }

    /// <summary>Containers whose devices are here.</summary>
    public IReadOnlyList<int> Devices
    {
        get
        {
            lock (_change)
            {
                return [.. _devices];
            }
        }
    }

    public void Start() => Array.ForEach(_workers, static worker => worker.Start());

    /// <summary>Puts a host policy in force, and every container's policy anew under it.</summary>
    public bool TrySetHost(HostPolicy policy, ICollection<string> faults)
    {
        lock (_change)
        {
            if (HostFirewall.TryCompile(policy, faults) is not { } host)
            {
                return false;
            }

            var firewalls = _peers.Values.Where(static peer => peer.Firewall is not null).ToDictionary(static peer => peer, peer => ContainerFirewall.TryCompile(peer.Firewall!.Policy, host, faults));
            if (firewalls.ContainsValue(null))
            {
                return false;
            }

            // Other blocks are other addresses: everybody gets a new place.
            var moved = !host.Plan.Block4.Equals(_table.Host.Plan.Block4) || !host.Plan.Block6.Equals(_table.Host.Plan.Block6);
            if (moved && _devices.Count > 0)
            {
                faults.Add("the containers' blocks cannot change while devices are attached");
                return false;
            }

            if (moved)
            {
                _peers.Clear();
            }

            foreach (var firewall in firewalls.Values)
            {
                PeerOf(firewall!.Policy.Uid, host).Apply(firewall);
            }

            Publish(host);
            return true;
        }
    }

    /// <summary>Puts containers' policies in force: all of them, or none when one is faulty.</summary>
    public bool TrySetPolicies(IReadOnlyList<ContainerPolicy> policies, ICollection<string> faults)
    {
        lock (_change)
        {
            var host = _table.Host;
            var firewalls = policies.Select(policy => ContainerFirewall.TryCompile(policy, host, faults)).ToList();
            if (faults.Count > 0)
            {
                return false;
            }

            foreach (var firewall in firewalls)
            {
                PeerOf(firewall!.Policy.Uid, host).Apply(firewall);
            }

            Publish(host);
            return true;
        }
    }

    /// <summary>Takes a container's device over; a device it had before is closed.</summary>
    public bool TryAttach(int uid, IReadOnlyList<SafeFileHandle> queues, ICollection<string> faults)
    {
        if (uid < AddressPlan.FirstUid || queues.Count != _workers.Length)
        {
            faults.Add($"container {uid}: a device of {_workers.Length} queues is needed, {queues.Count} came");
            return false;
        }

        lock (_change)
        {
            Hand(PeerOf(uid, _table.Host), queues);
            _devices.Add(uid);
            Publish(_table.Host);
        }

        Log.Attached(_logger, uid);
        return true;
    }

    /// <summary>Takes the gateway's device over.</summary>
    public bool TryAttachGateway(IReadOnlyList<SafeFileHandle> queues, ICollection<string> faults)
    {
        if (queues.Count != _workers.Length)
        {
            faults.Add($"the gateway: a device of {_workers.Length} queues is needed, {queues.Count} came");
            return false;
        }

        lock (_change)
        {
            Hand(_gateway, queues);
            _hasGateway = true;
            Publish(_table.Host);
        }

        Log.GatewayAttached(_logger);
        return true;
    }

    /// <summary>Sets the tunnel up, or anew; true when the first descriptor was taken as its socket.</summary>
    public bool TrySetTunnel(TunnelSettings settings, IReadOnlyList<SafeFileHandle> descriptors, ICollection<string> faults)
    {
        lock (_change)
        {
            var before = _setup;
            if (TunnelSetup.TryMake(settings, before is null && descriptors.Count == 1 ? new UdpSocket(descriptors[0]) : null, before, faults) is not { } setup)
            {
                return false;
            }

            _setup = setup;
            _workers[0].SetTunnel(setup);
            return before is null;
        }
    }

    /// <summary>Forgets a container.</summary>
    public void Detach(int uid)
    {
        lock (_change)
        {
            if (!_peers.Remove(uid, out var peer))
            {
                return;
            }

            _devices.Remove(uid);
            Publish(_table.Host);
            Array.ForEach(_workers, worker => worker.Detach(peer));
        }

        Log.Detached(_logger, uid);
    }

    public void Dispose()
    {
        Array.ForEach(_workers, static worker => worker.Dispose());
        _setup?.Socket.Dispose();
    }

    private Peer PeerOf(int uid, HostFirewall host)
    {
        if (!_peers.TryGetValue(uid, out var peer))
        {
            _peers[uid] = peer = new Peer(uid, host.Plan.Offset(uid), _workers.Length);
        }

        return peer;
    }

    private void Hand(Peer peer, IReadOnlyList<SafeFileHandle> queues)
    {
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i].Attach(peer, new TunQueue(queues[i]));
        }
    }

    private void Publish(HostFirewall host) => _table = new PeerTable(host, _hasGateway ? _gateway : null, [.. _peers.Values]);

    private static partial class Log
    {
        [LoggerMessage(TuntapEventIds.Attached, LogLevel.Information, "Container {Uid} is attached.")]
        public static partial void Attached(ILogger logger, int uid);

        [LoggerMessage(TuntapEventIds.Detached, LogLevel.Information, "Container {Uid} is detached.")]
        public static partial void Detached(ILogger logger, int uid);

        [LoggerMessage(TuntapEventIds.GatewayAttached, LogLevel.Information, "The gateway is attached.")]
        public static partial void GatewayAttached(ILogger logger);
    }
}
