namespace UwsgiIt.Api.Contracts;

/// <summary>Servers that elect who holds their floating address. What the api answers.</summary>
public sealed record LegionView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>The floating address.</summary>
    public required string Address { get; init; }

    /// <summary>Unique.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>The owner.</summary>
    public int? Customer { get; init; }

    /// <summary>Votes needed.</summary>
    public required int Quorum { get; init; }

    /// <summary>Its servers.</summary>
    public required IReadOnlyList<LegionMemberView> Members { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
