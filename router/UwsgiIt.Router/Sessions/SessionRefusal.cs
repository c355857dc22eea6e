namespace UwsgiIt.Router.Sessions;

/// <summary>Why a raw connection was closed instead of joined to a node: such protocols have no answer of ours.</summary>
internal enum SessionRefusal
{
    /// <summary>No hello, or a broken one.</summary>
    NoHello = 0,

    /// <summary>The handshake failed.</summary>
    HandshakeFailed,

    /// <summary>Nobody has announced the key.</summary>
    UnknownKey,

    /// <summary>The name asks for client certificates, which only HTTP listeners can hold it to.</summary>
    ClientCertificateName,

    /// <summary>No node could be reached.</summary>
    NoNode,

    /// <summary>The node's greeting, which XCLIENT waits for, did not come.</summary>
    NoGreeting,

    /// <summary>The name's policy, or what its announces ask for, does not let an RTSP or SOURCE request pass.</summary>
    Policy,

    /// <summary>The head of an RTSP or SOURCE request is malformed.</summary>
    BadHead,
}
