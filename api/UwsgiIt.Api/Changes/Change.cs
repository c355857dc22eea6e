namespace UwsgiIt.Api.Changes;

/// <summary>One object changed, seen by one server. The feed, in commit order.</summary>
internal sealed class Change
{
    /// <summary>Position in the feed; grows in commit order because there is one writer at a time.</summary>
    public long Version { get; set; }

    /// <summary>Last version of the same transaction: what the caller is told.</summary>
    public long Transaction { get; set; }

    /// <summary>For example container, domain, customer.</summary>
    public required string Kind { get; set; }

    public long ObjectId { get; set; }

    /// <summary>created, updated or deleted.</summary>
    public required string Action { get; set; }

    /// <summary>Whose it is; null when it concerns no customer.</summary>
    public int? CustomerId { get; set; }

    /// <summary>The server that must do something; null for none.</summary>
    public int? ServerId { get; set; }

    public ChangeAgents Agents { get; set; }

    /// <summary>The one row per object that customers see; false for the same change on a further server.</summary>
    public bool Primary { get; set; }

    /// <summary>Seconds since 1970.</summary>
    public long Unix { get; set; }
}
