using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.LoadBalancing;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>All the router knows for one subscription key. The node array is swapped whole; a reader keeps the one it saw.</summary>
internal sealed class Slot(string key, BalancingAlgorithm algorithm)
{
    // Ours: ten attempts to begin with, a hundred at the most, two tenths of one for each request.
    private const int InitialRetryTenths = 100;
    private const int MaxRetryTenths = 1_000;
    private const int RetryTenthsPerRequest = 2;

    private volatile Node[] _nodes = [];
    private long _hits;
    private int _retryTenths = InitialRetryTenths;
    private int _queued;
    private SemaphoreSlim? _room;

    public string Key { get; } = key;

    public BalancingAlgorithm Algorithm { get; } = algorithm;

    public ILoadBalancingPolicy Policy { get; } = LoadBalancingPolicies.Create(algorithm);

    /// <summary>Name for the certificate store: the key without port and path.</summary>
    public string SniName { get; } = SubscriptionKeys.HostPart(key);

    /// <summary>The certificate claim last announced, or null. Kept for the snapshot.</summary>
    public SniClaim? Sni { get; set; }

    /// <summary>True while the certificate store holds something for this slot.</summary>
    public bool HasCertificate { get; set; }

    /// <summary>True while one of its nodes wants plain HTTP redirected to https.</summary>
    public bool ForcesHttps { get; set; }

    /// <summary>Whose name it is: the fingerprint of the key that verifies its announces. Null: not looked up since the last of them.</summary>
    public string? Customer { get; set; }

    /// <summary>Nodes in the order of their first announce.</summary>
    public Node[] Nodes => _nodes;

    /// <summary>Requests that looked this slot up, served or not.</summary>
    public long Hits => Volatile.Read(ref _hits);

    public void CountHit()
    {
        Interlocked.Increment(ref _hits);
        if (Volatile.Read(ref _retryTenths) < MaxRetryTenths)
        {
            Interlocked.Add(ref _retryTenths, RetryTenthsPerRequest);
        }
    }

    /// <summary>True when one more attempt is within the budget: a fifth of the requests, so that a failing name is not hit the harder for it.</summary>
    public bool TrySpendRetry()
    {
        if (Volatile.Read(ref _retryTenths) < 10)
        {
            return false;
        }

        Interlocked.Add(ref _retryTenths, -10);
        return true;
    }

    /// <summary>A place in the queue for nodes that are all busy; false when it is full. To be paired with <see cref="LeaveQueue"/>.</summary>
    public bool TryQueue(int limit)
    {
        if (Interlocked.Increment(ref _queued) <= limit)
        {
            LazyInitializer.EnsureInitialized(ref _room, static () => new SemaphoreSlim(0));
            return true;
        }

        LeaveQueue();
        return false;
    }

    public void LeaveQueue() => Interlocked.Decrement(ref _queued);

    /// <summary>Waits until a request of the slot ended.</summary>
    public Task<bool> WaitForRoomAsync(TimeSpan time, CancellationToken cancellationToken) => _room!.WaitAsync(time, cancellationToken);

    /// <summary>A request ended: whoever queues may look again.</summary>
    public void SignalRoom()
    {
        if (Volatile.Read(ref _queued) > 0)
        {
            _room?.Release();
        }
    }

    /// <summary>Completes, and is replaced, each time a node becomes live. Waited on for on-demand nodes only.</summary>
    public Task Activation => LazyInitializer.EnsureInitialized(ref _activation).Task;

    /// <summary>The first live node of the lowest backup level by the slot's policy, never one of <paramref name="tried"/>.</summary>
    public Node? Select(in SelectionContext context, Node? tried = null) => Policy.Select(_nodes, context, tried);

    /// <summary>A node that is dead for a failed connection and due to be tried again, or null.</summary>
    public Node? SelectProbe()
    {
        foreach (var node in _nodes)
        {
            if (node.TryProbe())
            {
                return node;
            }
        }

        return null;
    }

    internal void ReplaceNodes(Node[] nodes) => _nodes = nodes;

    internal void SignalActivation() => Interlocked.Exchange(ref _activation, null)?.TrySetResult();

    private TaskCompletionSource? _activation;
}
