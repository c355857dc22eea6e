namespace UwsgiIt.Api.Contracts;

/// <summary>Where servers stand. What is needed to make one.</summary>
public sealed record DatacenterCreate
{
    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
