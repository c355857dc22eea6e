namespace UwsgiIt.Router.Acme;

/// <summary>What is remembered of a name between two orders.</summary>
internal sealed record AcmeNameState
{
    /// <summary>Orders that failed since the last one that did not.</summary>
    public int Failures { get; init; }

    /// <summary>No order before this.</summary>
    public DateTimeOffset NextAttempt { get; init; }

    /// <summary>The moment in the authority's suggested window that is ours, or null where it suggests none (RFC 9773).</summary>
    public DateTimeOffset? RenewAt { get; init; }

    /// <summary>When the authority is to be asked again for a window.</summary>
    public DateTimeOffset NextAdvice { get; init; }
}
