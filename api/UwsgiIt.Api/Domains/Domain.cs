using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Domains;

/// <summary>A DNS name proven to belong to a customer.</summary>
internal sealed class Domain : TrackedRow
{
    /// <summary>Lower case A-labels; a leading dot means everything below.</summary>
    public required string Name { get; set; }

    public int CustomerId { get; set; }

    public Customers.Customer? Customer { get; set; }

    public Guid Uuid { get; set; } = Guid.NewGuid();

    public string? Note { get; set; }

    /// <summary>When ownership was last proven, seconds since 1970; null when an operator vouched for it.</summary>
    public long? VerifiedUnix { get; set; }

    /// <summary>When DNS was last asked about it again, seconds since 1970; null when it was not asked since it was proven.</summary>
    public long? CheckedUnix { get; set; }

    /// <summary>Since when DNS does not prove it any more, seconds since 1970; null while it does. Nothing is taken away for that.</summary>
    public long? UnprovenUnix { get; set; }

    /// <summary>The customer who proved it later than the owner; null when there is none.</summary>
    public int? ClaimantId { get; set; }

    /// <summary>When that was, seconds since 1970.</summary>
    public long? ClaimedUnix { get; set; }

    public List<Tags.Tag> Tags { get; } = [];
}
