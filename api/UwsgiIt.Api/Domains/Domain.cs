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

    public List<Tags.Tag> Tags { get; } = [];
}
