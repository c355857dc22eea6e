using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Limits;

namespace UwsgiIt.Tuntap.Routing;

/// <summary>One end of the router: a container, or the gateway that leads to the host's network.</summary>
internal sealed class Peer
{
    /// <summary>The gateway's uid in statistics.</summary>
    public const int GatewayUid = 0;

    private FlowTable? _flows;

    public Peer(int uid, uint offset, int workers)
    {
        Uid = uid;
        Offset = offset;
        Queues = new TunQueue?[workers];
        Counters = new PeerCounters[workers];
        for (var i = 0; i < workers; i++)
        {
            Counters[i] = new PeerCounters();
        }
    }

    public int Uid { get; }

    /// <summary>Key in the <see cref="PeerTable"/>.</summary>
    public uint Offset { get; }

    public bool IsGateway => Uid == GatewayUid;

    /// <summary>Its rules; null for the gateway and until the daemon has sent them, when it neither sends nor receives.</summary>
    public ContainerFirewall? Firewall { get; private set; }

    /// <summary>Flows it has had; null while nothing asks for them.</summary>
    public FlowTable? Flows => _flows;

    /// <summary>Bandwidth from the container.</summary>
    public RateLimit OutLimit { get; } = new();

    /// <summary>Bandwidth towards the container.</summary>
    public RateLimit InLimit { get; } = new();

    /// <summary>New flows of the container.</summary>
    public RateLimit FlowLimit { get; } = new();

    /// <summary>Its device: one queue each worker, null while there is none. An entry is set, read and cleared by its worker only.</summary>
    public TunQueue?[] Queues { get; }

    /// <summary>One each worker.</summary>
    public PeerCounters[] Counters { get; }

    /// <summary>Puts new rules in force for the next packet. Flows and counters go on.</summary>
    public void Apply(ContainerFirewall firewall)
    {
        var policy = firewall.Policy;
        if (_flows is null && (firewall.HasReplies || policy.NewFlowsPerSecond > 0))
        {
            Volatile.Write(ref _flows, new FlowTable());
        }

        // A tenth of a second's worth, and never less than two of the largest segments: TCP must find its rate without losing each of them.
        OutLimit.Set(policy.OutBytesPerSecond, Math.Max(policy.OutBytesPerSecond / 10, 131_072));
        InLimit.Set(policy.InBytesPerSecond, Math.Max(policy.InBytesPerSecond / 10, 131_072));
        FlowLimit.Set(policy.NewFlowsPerSecond, policy.NewFlowsPerSecond);
        Firewall = firewall;
    }
}
