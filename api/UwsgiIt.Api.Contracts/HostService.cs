namespace UwsgiIt.Api.Contracts;

/// <summary>A custom service.</summary>
public sealed record HostService
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Owner.</summary>
    public required int Customer { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>Text.</summary>
    public required string Config { get; init; }
}
