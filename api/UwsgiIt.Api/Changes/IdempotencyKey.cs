namespace UwsgiIt.Api.Changes;

/// <summary>The answer to a POST that carried an Idempotency-Key, kept 24 h.</summary>
internal sealed class IdempotencyKey
{
    /// <summary>SHA-256 over caller and key, hex.</summary>
    public required string Id { get; set; }

    /// <summary>SHA-256 over method, path, query and body, hex.</summary>
    public required string RequestHash { get; set; }

    public int Status { get; set; }

    /// <summary>The answer's body; sealed, because it may hold a token.</summary>
    [Storage.Secret]
    public string? Body { get; set; }

    public string? Location { get; set; }

    public string? ETag { get; set; }

    public long Version { get; set; }

    public long Unix { get; set; }
}
