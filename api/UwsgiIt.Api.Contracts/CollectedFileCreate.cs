namespace UwsgiIt.Api.Contracts;

/// <summary>Name of a file that hosts send in. What is needed to make one.</summary>
public sealed record CollectedFileCreate
{
    /// <summary>Absolute path.</summary>
    public required string Filename { get; init; }
}
