namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>Why a datagram is not a subscription packet. One member per cause, so that each can be counted.</summary>
public enum SubscriptionPacketRejection
{
    /// <summary>Not rejected.</summary>
    None = 0,

    /// <summary>Longer than <see cref="ProtocolLimits.MaxSubscriptionBytes"/>; the original would cut it and go on.</summary>
    TooLong,

    /// <summary>Shorter than a packet header.</summary>
    TooShort,

    /// <summary>modifier1 is not 224.</summary>
    WrongModifier1,

    /// <summary>The header's size is not the datagram's length less 4.</summary>
    SizeMismatch,

    /// <summary>modifier2 is neither 0 nor 1.</summary>
    UnknownCommand,

    /// <summary>A record of the var block is truncated or has an empty name.</summary>
    MalformedVars,

    /// <summary>More records than <see cref="ProtocolLimits.MaxSubscriptionVars"/>.</summary>
    TooManyVars,

    /// <summary>Key missing, empty, longer than 255 bytes, or outside the grammar (printable ASCII host, optional :port and /path).</summary>
    BadKey,

    /// <summary>Address missing without a vassal, longer than 255 bytes, or neither a socket path nor ip:port.</summary>
    BadAddress,

    /// <summary>A number that is not decimal digits or does not fit.</summary>
    BadNumber,

    /// <summary>An unknown <c>proto</c> word.</summary>
    UnknownProtocol,

    /// <summary>Vassal empty, longer than 255 bytes or not printable.</summary>
    BadVassal,

    /// <summary>An sni_* value that is not text, or a CA or half a pair without the other half.</summary>
    BadSni,

    /// <summary>The <c>sign</c> record is not the last one, is empty, or the time is missing.</summary>
    BadSignatureRecord,
}
