namespace UwsgiIt.Api.Contracts;

/// <summary>Consent of one container to talk to another. What is needed to make one.</summary>
public sealed record LinkCreate
{
    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>Uid of anybody's container.</summary>
    public required int To { get; init; }
}
