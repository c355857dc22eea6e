namespace UwsgiIt.Api.Contracts;

/// <summary>Consent of one container to talk to another. What the api answers.</summary>
public sealed record LinkView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>Uid.</summary>
    public required int To { get; init; }

    /// <summary>Whether the other consents too, so that traffic flows.</summary>
    public required bool Mutual { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
