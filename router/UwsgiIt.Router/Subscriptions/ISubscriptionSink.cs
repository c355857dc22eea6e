namespace UwsgiIt.Router.Subscriptions;

/// <summary>What applying a verified subscription did.</summary>
internal enum SubscriptionOutcome
{
    NodeAdded,
    NodeRefreshed,
    NodeRemoved,

    /// <summary>The address of an on-demand node was forgotten.</summary>
    NodeCleared,

    /// <summary>An unsubscribe for a node that is not there; counted, otherwise ignored.</summary>
    NoSuchNode,

    /// <summary>The registry is at its bound of slots or nodes.</summary>
    LimitReached,
}

/// <summary>Takes verified subscriptions, one at a time.</summary>
internal interface ISubscriptionSink
{
    SubscriptionOutcome Apply(Subscription subscription);

    /// <summary>Removes every node that <paramref name="predicate"/> selects by slot key: a revoked key takes its slots with it. Returns how many nodes went.</summary>
    int Revoke(Func<string, bool> predicate);
}
