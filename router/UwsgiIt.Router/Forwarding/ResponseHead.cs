namespace UwsgiIt.Router.Forwarding;

/// <summary>What a response head says about the message; the other headers are on the client's response already.</summary>
internal struct ResponseHead
{
    public ResponseHead()
    {
    }

    public int StatusCode { get; set; }

    /// <summary>-1 when not said.</summary>
    public long ContentLength { get; set; } = -1;

    public bool IsChunked { get; set; }

    /// <summary>True when the connection may serve another request after a cleanly framed end.</summary>
    public bool KeepsAlive { get; set; }

    /// <summary>The token of an upgrade, or null.</summary>
    public string? Upgrade { get; set; }

    public string? WebSocketAccept { get; set; }
}
