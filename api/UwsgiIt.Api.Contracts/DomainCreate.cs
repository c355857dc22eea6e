namespace UwsgiIt.Api.Contracts;

/// <summary>A DNS name of a customer. What is needed to make one.</summary>
public sealed record DomainCreate
{
    /// <summary>A TXT record uwsgi:UUID of the customer must stand at it or above.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>Names.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The owner; for operators only, customers own what they make.</summary>
    public int? Customer { get; init; }
}
