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
    private int _draining;
    private long _ejectedUntil;
    private int _consecutiveFailures;
    private int _ejections;
    private volatile Upstream? _upstream;
    private NodeAnswers? _answers;

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

    /// <summary>Its last announce wants plain HTTP redirected.</summary>
    public bool ForcesHttps { get; set; }

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

    /// <summary>Its answers by kind; null while it gave none.</summary>
    public NodeAnswers? Answers => Volatile.Read(ref _answers);

    /// <summary>True when a request may be sent to it.</summary>
    public bool IsLive => !_isDead && Volatile.Read(ref _draining) == 0 && _upstream is not null && !IsEjected;

    /// <summary>When it began to take requests, or began again, in <see cref="Environment.TickCount64"/> milliseconds.</summary>
    public long LiveSince { get; set; } = Environment.TickCount64;

    /// <summary>True while it is out because its answers failed.</summary>
    public bool IsEjected => Volatile.Read(ref _ejectedUntil) is var until and not 0 && until > Environment.TickCount64;

    /// <summary>Who wants it to get no new requests; those in flight finish.</summary>
    public DrainReasons Draining => (DrainReasons)Volatile.Read(ref _draining);

    public void SetDraining(DrainReasons reason, bool on)
    {
        if (on)
        {
            Interlocked.Or(ref _draining, (int)reason);
        }
        else if (Interlocked.And(ref _draining, ~(int)reason) == (int)reason)
        {
            // That was the last reason.
            LiveSince = Environment.TickCount64;
        }
    }

    /// <summary>Accounts for a request about to be sent; every call is paired with <see cref="EndRequest"/>.</summary>
    public void BeginRequest()
    {
        Interlocked.Increment(ref _inFlight);
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _lastRequests);
    }

    public void EndRequest() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Accounts for what it, or the router in its stead, answered; see <see cref="NodeAnswers.Count"/>.</summary>
    public void CountAnswer(int status, double milliseconds) => (Volatile.Read(ref _answers) ?? LazyInitializer.EnsureInitialized(ref _answers)).Count(status, milliseconds);

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

    /// <summary>An answer came whole.</summary>
    public void CountSuccess()
    {
        if (Volatile.Read(ref _consecutiveFailures) != 0)
        {
            Volatile.Write(ref _consecutiveFailures, 0);
            Volatile.Write(ref _ejections, 0);
        }
    }

    /// <summary>It was reached and gave no whole answer; tells how often in a row.</summary>
    public int CountFailure() => Interlocked.Increment(ref _consecutiveFailures);

    /// <summary>Takes it out for a time that doubles with each time in a row, up to <paramref name="longest"/>. Once back, a single failure is enough.</summary>
    public void Eject(TimeSpan first, TimeSpan longest)
    {
        var times = Math.Min(Interlocked.Increment(ref _ejections) - 1, 16);
        LiveSince = Environment.TickCount64 + (long)Math.Min(first.TotalMilliseconds * (1 << times), longest.TotalMilliseconds);
        Volatile.Write(ref _ejectedUntil, LiveSince);
    }

    /// <summary>An announce was accepted.</summary>
    public void Revive()
    {
        Volatile.Write(ref _lastRequests, 0);
        if (_isDead)
        {
            LiveSince = Environment.TickCount64;
        }

        _isDead = false;
    }
}
