namespace UwsgiIt.Router.ProxyProtocol;

/// <summary>Versions of the PROXY protocol (haproxy.org, proxy-protocol.txt).</summary>
internal enum ProxyVersion
{
    /// <summary>No header.</summary>
    None = 0,

    /// <summary>One line of text.</summary>
    V1,

    /// <summary>Binary.</summary>
    V2,
}
