namespace UwsgiIt.Api.Changes;

/// <summary>Who changed what. Written with the change, never changed afterwards.</summary>
internal sealed class AuditEntry
{
    public long Id { get; set; }

    /// <summary>Seconds since 1970.</summary>
    public long Unix { get; set; }

    public int? CustomerId { get; set; }

    /// <summary>For example user:acme, token:7, server:web1, root.</summary>
    public required string Actor { get; set; }

    public string? Address { get; set; }

    /// <summary>Method and path, without the query.</summary>
    public required string Call { get; set; }

    public required string Kind { get; set; }

    public long ObjectId { get; set; }

    public required string Action { get; set; }

    /// <summary>JSON of the changed values before; secrets are only named.</summary>
    public string? Before { get; set; }

    public string? After { get; set; }

    public required string RequestId { get; set; }

    /// <summary>The transaction's version in the feed.</summary>
    public long Version { get; set; }
}
