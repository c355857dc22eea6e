namespace UwsgiIt.Router.Sessions;

/// <summary>What happened to a session, for the access log.</summary>
internal sealed class SessionTrace
{
    public string? Upstream { get; set; }

    public int Attempts { get; set; }

    /// <summary>Bytes from the client to the node.</summary>
    public long Received { get; set; }

    /// <summary>Bytes from the node to the client.</summary>
    public long Sent { get; set; }
}
