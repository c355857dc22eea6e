using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>
/// One subscribed address in a slot. What the packet said is written under the registry's lock and read anywhere; the counters are
/// written by requests.
/// </summary>
internal sealed class Node
{
    private const long ProbeMilliseconds = 1_000;

    private long _nextProbe;
    private int _inFlight;
    private long _requests;
    private long _lastRequests;
    private long _failures;
    private volatile bool _isDead;
    private volatile Upstream? _upstream;

    /// <summary>Credit of smooth weighted round robin; owned by <see cref="LoadBalancing.WeightedRoundRobinPolicy"/>.</summary>
    internal long Credit;

    /// <summary>Name of the on-demand instance, or null for an ordinary node.</summary>
    public string? Vassal { get; init; }

    /// <summary>Who announced it first, when known.</summary>
    public SenderCredentials? Sender { get; init; }

    /// <summary>True when its sender's uid stood in for a signature.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>Where requests go; null while an on-demand node has no address. A change of protocol or modifiers replaces it.</summary>
    public Upstream? Upstream
    {
        get => _upstream;
        set => _upstream = value;
    }

    public ulong Cores { get; set; }

    public ulong Load { get; set; }

    /// <summary>At least 1.</summary>
    public ulong Weight { get; set; } = 1;

    public ulong Backup { get; set; }

    /// <summary>When the last announce was accepted, in seconds since 1970.</summary>
    public long LastCheckSeconds { get; set; }

    /// <summary>Set by staleness, unsubscribe and connect failures; cleared by the next accepted announce. A dead node gets no new requests.</summary>
    public bool IsDead => _isDead;

    /// <summary>It unsubscribed, went stale or was revoked: never revived, removed once its last request has ended.</summary>
    public bool HasLeft { get; set; }

    public int InFlight => Volatile.Read(ref _inFlight);

    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Requests since the last accepted announce.</summary>
    public long LastRequests => Volatile.Read(ref _lastRequests);

    public long Failures => Volatile.Read(ref _failures);

    /// <summary>True when a request may be sent to it.</summary>
    public bool IsLive => !_isDead && _upstream is not null;

    /// <summary>Accounts for a request about to be sent; every call is paired with <see cref="EndRequest"/>.</summary>
    public void BeginRequest()
    {
        Interlocked.Increment(ref _inFlight);
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _lastRequests);
    }

    public void EndRequest() => Interlocked.Decrement(ref _inFlight);

    /// <summary>A connection could not be made, or the node went stale or left. False when it was dead already.</summary>
    public bool MarkDead()
    {
        Interlocked.Increment(ref _failures);
        Volatile.Write(ref _nextProbe, Environment.TickCount64 + ProbeMilliseconds);
        var wasDead = _isDead;
        _isDead = true;
        return !wasDead;
    }

    /// <summary>
    /// True for one request a second while the node is dead for a failed connection only: with nothing better to try, it may have come back
    /// before its next announce.
    /// </summary>
    public bool TryProbe()
    {
        var due = Volatile.Read(ref _nextProbe);
        var now = Environment.TickCount64;
        return _isDead && !HasLeft && _upstream is not null && now >= due && Interlocked.CompareExchange(ref _nextProbe, now + ProbeMilliseconds, due) == due;
    }

    /// <summary>A probe reached it.</summary>
    public void ProbeSucceeded() => _isDead = HasLeft;

    /// <summary>An announce was accepted.</summary>
    public void Revive()
    {
        Volatile.Write(ref _lastRequests, 0);
        _isDead = false;
    }
}
