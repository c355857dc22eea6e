namespace UwsgiIt.Api.Contracts;

/// <summary>Free configuration of a customer's service on a server. What is needed to make one.</summary>
public sealed record CustomServiceCreate
{
    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>The owner.</summary>
    public required int Customer { get; init; }

    /// <summary>Where it runs.</summary>
    public required int Server { get; init; }

    /// <summary>Text.</summary>
    public required string Config { get; init; }
}
