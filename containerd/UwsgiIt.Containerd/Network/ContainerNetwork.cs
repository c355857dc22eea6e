using System.Net;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Nftables;

namespace UwsgiIt.Containerd.Network;

/// <summary>
/// Running containers' network. Devices are made while pid 1 waits; one thread brings what moves packets to what the definitions say, again and again
/// until it succeeds, so neither's restart needs the other. A container starts, and runs on, without a router: its packets wait in its device.
/// </summary>
internal sealed partial class ContainerNetwork(IDataPlane? plane, NetworkOptions options, NetworkFiles files, WireGuardTunnel wireGuard, ILogger<ContainerNetwork> logger) : IDisposable
{
    /// <summary>Pauses between tries: a router that restarts is back in less than a second, one that is not there costs nothing.</summary>
    private const int ShortPause = 20;
    private const int LongPause = 500;
    private const int ShortPauses = 250;

    /// <summary>How often the gateway's files are looked at, in milliseconds.</summary>
    private const int Round = 2_000;

    private const long ConnectionId = 1;

    private readonly DescriptorPoll _poll = new();
    private readonly AddressPlan _plan = new(options.Block4, options.Block6);
    private readonly Lock _lock = new();
    private Thread? _thread;
    private volatile bool _stopping;

    // Guarded by _lock.
    private readonly Dictionary<uint, NetworkedContainer> _containers = [];
    private readonly List<NetworkedContainer> _gone = [];

    /// <summary>Name servers of containers that have none of their own; null: the host's.</summary>
    public string? ResolvConf => plane?.ResolvConf;

    /// <summary>Gives a container its network; pid 1 still waits, or is one that an earlier daemon started. Throws <see cref="IOException"/>.</summary>
    public void Attach(ContainerDefinition definition, Pidfd process)
    {
        if (plane is null)
        {
            return;
        }

        using var space = NetworkNamespace.Open($"/proc/{process.ProcessId}/ns/net");
        if (process.HasExited)
        {
            // The number may have come to mean another process before we looked.
            throw new IOException("pid 1 ended at once");
        }

        var container = plane.Prepare(ContainerPolicies.Of(definition), space);
        lock (_lock)
        {
            if (_containers.Remove(definition.Uid, out var before))
            {
                _gone.Add(before);
            }

            _containers[definition.Uid] = container;
        }

        _poll.Wake();
    }

    /// <summary>As <see cref="Attach"/> for a container that runs: what cannot be done is logged, the container goes on.</summary>
    public void Adopt(ContainerDefinition definition, Pidfd process)
    {
        try
        {
            Attach(definition, process);
        }
        catch (IOException e)
        {
            Log.NotAdopted(logger, definition.Uid, e.Message);
        }
    }

    /// <summary>Other rules for a running container, in force at once and without disturbing what is allowed.</summary>
    public void Change(ContainerDefinition definition)
    {
        lock (_lock)
        {
            if (_containers.TryGetValue(definition.Uid, out var container))
            {
                container.Policy = ContainerPolicies.Of(definition);
            }
        }

        _poll.Wake();
    }

    /// <summary>A container has ended.</summary>
    public void Detach(uint uid)
    {
        lock (_lock)
        {
            if (_containers.Remove(uid, out var container))
            {
                _gone.Add(container);
            }
        }

        _poll.Wake();
    }

    /// <summary>Begins to act. What is running was attached before: anything else that the router has is of containers that have ended.</summary>
    public void Start()
    {
        if (plane is not null)
        {
            _thread = new Thread(Run) { Name = "network", IsBackground = true };
            _thread.Start();
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _poll.Wake();
        _thread?.Join();
        plane?.Dispose();
        foreach (var container in _containers.Values.Concat(_gone))
        {
            container.Dispose();
        }

        _poll.Dispose();
    }

    private void Run()
    {
        string? fault = null;
        for (var failures = 0; !_stopping;)
        {
            var pause = Round;
            try
            {
                Publish();
                failures = 0;
                if (fault is not null)
                {
                    Log.InForce(logger);
                    fault = null;
                }
            }
            catch (Exception e)
            {
                // Nothing may end this thread; whatever it is, it is tried again.
                pause = failures++ < ShortPauses ? ShortPause : LongPause;
                if (fault != e.Message)
                {
                    Log.NotInForce(logger, fault = e.Message);
                }
            }

            Wait(pause);
        }
    }

    private void Publish()
    {
        List<NetworkedContainer> containers, gone;
        lock (_lock)
        {
            containers = [.. _containers.Values];
            gone = [.. _gone];
            _gone.Clear();
        }

        foreach (var container in gone)
        {
            plane!.Remove(container);
            container.Dispose();
        }

        plane!.Publish(containers, Wishes(containers));
        containers.ForEach(FitRoutes);
    }

    // The rules decide already; the routes tell the container's own programs at once.
    private void FitRoutes(NetworkedContainer container)
    {
        var isDmz = container.Policy.Dmz;
        if (container.HasRoutesOfDmz != isDmz)
        {
            using var space = NetworkNamespace.Enter(container.Space);
            space.Run(() => ContainerLink.SetOutside(_plan, isDmz));
            container.HasRoutesOfDmz = isDmz;
        }
    }

    private HostWishes Wishes(List<NetworkedContainer> containers)
    {
        var state = files.Read();
        var remotes = state.Remotes.Where(static pair => DefinitionFaults.IsUid(pair.Key) && IPEndPoint.TryParse(pair.Value, out _)).ToDictionary(static pair => (int)pair.Key, static pair => pair.Value);
        foreach (var (uid, router) in RemoteContainers.Find(containers.Select(static container => container.Policy), _plan))
        {
            remotes.TryAdd(uid, router);
        }

        var byKernel = wireGuard.Apply(remotes, state.Tunnels, state.WireGuards, _plan);
        foreach (var (uid, _) in remotes.Where(remote => byKernel.Contains(remote.Value)).ToList())
        {
            remotes[uid] = HostPolicy.ByKernel;
        }

        return new HostWishes(
            options.HostPolicy() with { Remotes = remotes },
            new GatewaySettings { NatInterface = options.NatInterface, TunnelDevice = byKernel.Count > 0 ? WireGuardTunnel.Device : null, Portmaps = files.Portmaps(state) },
            state.Tunnels);
    }

    private void Wait(int pause)
    {
        var connection = plane!.Connection;
        if (connection is null)
        {
            _poll.Wait(pause);
            return;
        }

        _poll.Add(connection, ConnectionId);
        var isLost = _poll.Wait(pause).Contains(ConnectionId);
        _poll.Remove(connection);
        if (isLost)
        {
            plane.ConnectionLost();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.NetworkNotInForce, LogLevel.Warning, "The containers' network is not as it should be, which is tried again: {Fault}")]
        public static partial void NotInForce(ILogger logger, string fault);

        [LoggerMessage(ContainerdEventIds.NetworkInForce, LogLevel.Information, "The containers' network is as it should be.")]
        public static partial void InForce(ILogger logger);

        [LoggerMessage(ContainerdEventIds.NetworkNotAdopted, LogLevel.Warning, "Container {Uid} has no network until it restarts: {Fault}")]
        public static partial void NotAdopted(ILogger logger, uint uid, string fault);
    }
}
