namespace UwsgiIt.Api.Contracts;

/// <summary>What a host sent for a file.</summary>
public sealed record CollectedValueView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Which.</summary>
    public required int Server { get; init; }

    /// <summary>Which.</summary>
    public required string Filename { get; init; }

    /// <summary>The text.</summary>
    public required string Value { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
