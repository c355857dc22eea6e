using UwsgiIt.Linux;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// A client that a response waits for, as the deadlines see it now and then. Whether the kernel takes more of a response is no measure: it does so in
/// steps that take a slow client longer than any stall may last. What the client acknowledged is.
/// </summary>
internal struct ClientWait
{
    // Acknowledgements come when the client has room for some segments more.
    private const int StepSegments = 2;

    private long _deadline;
    private long _since;
    private long _acknowledged;

    /// <summary>A look while there is time. The first one costs nothing: most waits are over by the second.</summary>
    public void Look(IClientProgress? client, long deadline, long now)
    {
        if (_deadline != deadline)
        {
            (_deadline, _since) = (deadline, 0);
        }
        else if (_since == 0 && client is not null && client.TryGetProgress(out var progress))
        {
            (_since, _acknowledged) = (now, progress.AcknowledgedBytes);
        }
    }

    /// <summary>The deadline has passed: true when the client took what it had to meanwhile, and has until <paramref name="next"/> for as much again.</summary>
    public bool TryRenew(IClientProgress? client, long deadline, long now, int bytesPerSecond, out long next)
    {
        next = now + (now - _since);
        if (_deadline != deadline || _since == 0 || client is null || !client.TryGetProgress(out var progress))
        {
            return false;
        }

        var taken = progress.AcknowledgedBytes - _acknowledged;
        if (taken <= 0 || taken < (bytesPerSecond * (now - _since) / 1000) - (StepSegments * (long)progress.SegmentBytes))
        {
            return false;
        }

        (_deadline, _since, _acknowledged) = (next, now, progress.AcknowledgedBytes);
        return true;
    }
}
