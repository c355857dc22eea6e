namespace UwsgiIt.Router.Forwarding;

/// <summary>How one attempt to forward a request ended. The forwarder never writes an error answer itself: the caller decides to retry or to answer.</summary>
internal enum ForwardOutcome
{
    /// <summary>The response was delivered whole.</summary>
    Completed = 0,

    /// <summary>No node is there to be tried. Answer 503.</summary>
    NoNode,

    /// <summary>All nodes are busy, and the queue is full or took too long. Answer 503.</summary>
    Busy,

    /// <summary>No connection could be made; nothing was sent and no body byte consumed. Another node may be tried. Answer 502.</summary>
    ConnectFailed,

    /// <summary>Connecting took longer than allowed; like <see cref="ConnectFailed"/>, but answer 504.</summary>
    ConnectTimeout,

    /// <summary>The upstream closed before a complete response head. Answer 502.</summary>
    ClosedEarly,

    /// <summary>No response head in time. Answer 504.</summary>
    ResponseTimeout,

    /// <summary>The upstream's answer broke its protocol or a bound. Answer 502.</summary>
    BadResponse,

    /// <summary>The request head does not fit the upstream protocol (uwsgi: 65,535 bytes). Answer 431.</summary>
    RequestHeadTooLarge,

    /// <summary>The target has an escape that is none, or a NUL. Answer 400.</summary>
    BadRequestTarget,

    /// <summary>A header name that is not a token, one with '_' where that is refused, or CR, LF or NUL in a value. Answer 400.</summary>
    BadRequestHeader,

    /// <summary>Bytes came with the request to upgrade that the client had to hold back. Answer 400.</summary>
    BytesAfterUpgrade,

    /// <summary>The name has as many upgraded connections as it may have. Answer 503.</summary>
    TooManyUpgrades,

    /// <summary>The request body is longer than allowed. Answer 413.</summary>
    RequestBodyTooLarge,

    /// <summary>The client broke its own request body (bad chunk, ended early). Answer 400.</summary>
    BadRequestBody,

    /// <summary>The client went away. Nothing to answer.</summary>
    ClientAborted,

    /// <summary>The upstream failed after the response had started; the client's connection or stream has been aborted. Nothing to answer.</summary>
    AbortedAfterStart,
}
