using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Customers;

/// <summary>A bearer token; only its hash is kept.</summary>
internal sealed class Token : TrackedRow
{
    public required string Name { get; set; }

    public int UserId { get; set; }

    public User? User { get; set; }

    /// <summary>The user's customer; null for operators.</summary>
    public int? CustomerId { get; set; }

    /// <summary>SHA-256 of the token, hex. The token has 256 random bits, so a slow hash would protect nothing.</summary>
    [Secret(Sealed = false)]
    public required string Hash { get; set; }

    /// <summary>Space-separated, see <see cref="Authentication.Scopes"/>.</summary>
    public required string Scopes { get; set; }

    /// <summary>Seconds since 1970; null never.</summary>
    public long? ExpiresUnix { get; set; }

    /// <summary>Written now and then, not with every request.</summary>
    public long? LastUsedUnix { get; set; }
}
