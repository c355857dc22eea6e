using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>
/// The live set of slots. Requests look names up without a lock or an allocation; everything that changes the set holds one lock, so
/// announces are applied one at a time and a reader sees whole node arrays.
/// </summary>
internal sealed partial class SubscriptionRegistry : ISubscriptionSink
{
    // unbit/uwsgi: a dotsplit lookup makes at most five attempts, the exact one included.
    private const int MaxLookups = 5;
    private const int MaxHostChars = 255;

    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Slot>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Lock _change = new();
    private readonly IOptionsMonitor<RegistryOptions> _options;
    private readonly ISubscribedCertificates _certificates;
    private readonly IKnownKeys _knownKeys;
    private readonly TimeProvider _time;
    private readonly ILogger<SubscriptionRegistry> _logger;
    private readonly Dictionary<string, int> _certificateSlots = new(StringComparer.Ordinal); // guarded by _change
    private volatile int _wildcards;
    private volatile int _mountpoints;
    private volatile int _nodeCount;
    private bool _isDraining; // guarded by _change
    private int _slotCount; // guarded by _change; ConcurrentDictionary.Count takes every lock
    private long _version;

    public SubscriptionRegistry(
        IOptionsMonitor<RegistryOptions> options,
        ISubscribedCertificates certificates,
        IKnownKeys knownKeys,
        RouterMetrics metrics,
        TimeProvider time,
        ILogger<SubscriptionRegistry> logger)
    {
        _options = options;
        _certificates = certificates;
        _knownKeys = knownKeys;
        _time = time;
        _logger = logger;
        _lookup = _slots.GetAlternateLookup<ReadOnlySpan<char>>();
        _isDraining = options.CurrentValue.Draining.Count > 0;
        options.OnChange(DrainByConfiguration);
        metrics.Meter.CreateObservableGauge("uwsgiit.router.slots", () => SlotCount, "{slot}", "Names with at least one node.");
        metrics.Meter.CreateObservableGauge("uwsgiit.router.nodes", () => NodeCount, "{node}", "Subscribed addresses.");
    }

    public int SlotCount => Volatile.Read(ref _slotCount);

    public int NodeCount => _nodeCount;

    /// <summary>Grows with every change that a snapshot should carry.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Every slot; the set may change while it is walked.</summary>
    public IEnumerable<Slot> Slots => _slots.Select(static pair => pair.Value);

    /// <summary>
    /// The slot that serves a Host value: exact first, then without the port, then (mountpoints) with its first path segment, then
    /// wildcards, then the fallback key. ASCII case and one trailing dot do not matter.
    /// </summary>
    public Slot? Find(ReadOnlySpan<char> host, ReadOnlySpan<char> path)
    {
        if (host.Length is 0 or > MaxHostChars)
        {
            return FindFallback();
        }

        Span<char> folded = stackalloc char[MaxHostChars];
        if (System.Text.Ascii.ToLower(host, folded, out var length) != System.Buffers.OperationStatus.Done)
        {
            return FindFallback();
        }

        ReadOnlySpan<char> full = folded[..length];
        var name = SubscriptionKeys.HostPart(full);
        var hasPort = name.Length != full.Length;
        if (name.Length > 1 && name[^1] == '.')
        {
            // "example.com." is the same name; with a port the dot sits in the middle, so the port's slot is looked up under its plain spelling only.
            name = name[..^1];
            full = hasPort ? full : name;
        }

        if (_mountpoints > 0 && FindMountpoint(name, path) is { } mounted)
        {
            return mounted;
        }

        if (_lookup.TryGetValue(full, out var slot) || (hasPort && _lookup.TryGetValue(name, out slot)))
        {
            return slot;
        }

        return (_wildcards > 0 ? FindWildcard(name) : null) ?? FindFallback();
    }

    /// <summary>
    /// The slot of a raw listener's key: this very key, port and all, or a wildcard with the same port. Never one without the port: its nodes
    /// take requests that we have checked, not a stranger's bytes.
    /// </summary>
    public Slot? FindKey(string key)
    {
        var folded = key.ToLowerInvariant();
        return _lookup.TryGetValue(folded, out var slot) ? slot : _wildcards > 0 ? FindWildcard(folded) : null;
    }

    /// <inheritdoc />
    public SubscriptionOutcome Apply(Subscription subscription)
    {
        lock (_change)
        {
            var outcome = subscription.Packet.Command == Protocol.Subscriptions.SubscriptionCommand.Subscribe
                ? Subscribe(subscription)
                : Unsubscribe(subscription);

            // After the change: a snapshot taken in its midst must not pass for one that has it.
            Interlocked.Increment(ref _version);
            return outcome;
        }
    }

    /// <inheritdoc />
    public int Revoke(Func<string, bool> predicate)
    {
        var removed = 0;
        foreach (var (key, slot) in _slots)
        {
            if (!predicate(key))
            {
                continue;
            }

            lock (_change)
            {
                removed += slot.Nodes.Length;
                foreach (var node in slot.Nodes)
                {
                    Leave(node);
                }

                RemoveDeparted(slot, evenIfBusy: true);
                Interlocked.Increment(ref _version);
            }

            Log.SlotRevoked(_logger, key);
        }

        return removed;
    }

    /// <summary>Lets stale nodes go, and those that left once their last request has ended. Returns how many nodes went.</summary>
    public int Sweep()
    {
        var options = _options.CurrentValue;
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var removed = 0;
        foreach (var (_, slot) in _slots)
        {
            if (!NeedsSweep(slot, options, now))
            {
                continue;
            }

            lock (_change)
            {
                foreach (var node in slot.Nodes)
                {
                    if (!node.HasLeft && IsStale(node, options, now))
                    {
                        Log.NodeStale(_logger, node.Upstream?.Address.Text ?? node.Vassal, slot.Key, now - node.LastCheckSeconds);
                        Leave(node);
                    }
                }

                removed += RemoveDeparted(slot, evenIfBusy: false);
                Interlocked.Increment(ref _version);
            }
        }

        return removed;
    }

    private Slot? FindFallback() => _options.CurrentValue.FallbackKey is { } key && _slots.TryGetValue(key, out var slot) ? slot : null;

    private Slot? FindMountpoint(ReadOnlySpan<char> name, ReadOnlySpan<char> path)
    {
        var segment = path.Length > 1 ? path[1..].IndexOf('/') : -1;
        var end = segment < 0 ? path.Length : segment + 1;
        if (end < 2 || name.Length + end > MaxHostChars)
        {
            return null;
        }

        Span<char> key = stackalloc char[MaxHostChars];
        name.CopyTo(key);
        path[..end].CopyTo(key[name.Length..]);
        return _lookup.TryGetValue(key[..(name.Length + end)], out var slot) ? slot : null;
    }

    private Slot? FindWildcard(ReadOnlySpan<char> name)
    {
        var rest = name;
        for (var lookups = 1; lookups < MaxLookups; lookups++)
        {
            var dot = rest.Length < 2 ? -1 : rest[1..].IndexOf('.');
            if (dot < 0)
            {
                return null;
            }

            rest = rest[(dot + 1)..];
            if (_lookup.TryGetValue(rest, out var slot))
            {
                // A name that somebody owns stays theirs while their nodes are away.
                return _knownKeys.IsKnown(name) ? null : slot;
            }
        }

        return null;
    }

    private static bool NeedsSweep(Slot slot, RegistryOptions options, long now)
    {
        foreach (var node in slot.Nodes)
        {
            if (node.HasLeft ? node.InFlight == 0 : IsStale(node, options, now))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsStale(Node node, RegistryOptions options, long now) =>
        options.Expiry && now - node.LastCheckSeconds > (node.Upstream is null ? options.InactiveTolerance : options.Tolerance).TotalSeconds;
}
