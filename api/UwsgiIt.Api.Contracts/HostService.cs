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

    /// <summary>Of its customer, PEM: what runs in it may announce the customer's names.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>Text.</summary>
    public required string Config { get; init; }
}
