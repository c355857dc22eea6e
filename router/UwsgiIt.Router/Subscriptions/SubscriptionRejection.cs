namespace UwsgiIt.Router.Subscriptions;

/// <summary>Why a well-formed packet was refused. Shape faults are <see cref="UwsgiIt.Protocol.Subscriptions.SubscriptionPacketRejection"/>.</summary>
internal enum SubscriptionRejection
{
    None = 0,

    /// <summary>No signature, and the sender is not trusted for this key.</summary>
    NotSigned,

    /// <summary>No usable public key for this subscription key.</summary>
    UnknownKey,

    /// <summary>The sender's time is older than the tolerance.</summary>
    TooOld,

    /// <summary>The sender's time is further ahead than the skew allows.</summary>
    FromTheFuture,

    /// <summary>Not newer than what was accepted before, or the very same signed bytes.</summary>
    Replayed,

    /// <summary>The source sent more unverified packets than it may.</summary>
    Throttled,

    /// <summary>The signature does not hold.</summary>
    BadSignature,

    /// <summary>The sender's uid and gid do not own the key's credentials file.</summary>
    BadCredentials,

    /// <summary>The sender may not announce this address.</summary>
    AddressNotAllowed,

    /// <summary>A wildcard that would take the names of everybody, such as <c>.com</c>.</summary>
    KeyTooWide,

    /// <summary>A key with a path while mountpoints are off.</summary>
    MountpointsOff,

    /// <summary>The registry is full.</summary>
    LimitReached,

    /// <summary>An unsubscribe or clear for a node that is not there.</summary>
    NoSuchNode,
}
