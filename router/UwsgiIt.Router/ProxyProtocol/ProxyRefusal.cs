namespace UwsgiIt.Router.ProxyProtocol;

/// <summary>Why a connection to a listener with PROXY protocol was closed.</summary>
internal enum ProxyRefusal
{
    /// <summary>Its peer is not among those that may send headers.</summary>
    UnknownSender = 0,

    /// <summary>It began with something else, or with a broken header.</summary>
    Malformed,

    /// <summary>The header did not come in time.</summary>
    TooSlow,

    /// <summary>The peer left before the header was whole.</summary>
    Closed,
}
