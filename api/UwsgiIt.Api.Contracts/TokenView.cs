namespace UwsgiIt.Api.Contracts;

/// <summary>A bearer token. What the api answers.</summary>
public sealed record TokenView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    /// <summary>Whose rights it has.</summary>
    public required int User { get; init; }

    /// <summary>Null for operators.</summary>
    public int? Customer { get; init; }

    /// <summary>What it is limited to.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Seconds since 1970; null never.</summary>
    public long? Expires { get; init; }

    /// <summary>Seconds since 1970, to the minute.</summary>
    public long? LastUsed { get; init; }

    /// <summary>The token itself; in the answer to its making only.</summary>
    public string? Secret { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
