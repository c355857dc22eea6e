namespace UwsgiIt.Api.Contracts;

/// <summary>Servers that elect who holds their floating address. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record LegionPatch
{
    /// <summary>Unique.</summary>
    public string? Name { get; init; }

    /// <summary>The floating address.</summary>
    public string? Address { get; init; }

    /// <summary>Up to 64 characters.</summary>
    public string? Key { get; init; }

    /// <summary>Votes needed.</summary>
    public int? Quorum { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>Its servers; replaces.</summary>
    public IReadOnlyList<LegionMemberView>? Members { get; init; }
}
