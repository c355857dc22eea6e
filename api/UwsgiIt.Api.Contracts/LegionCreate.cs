namespace UwsgiIt.Api.Contracts;

/// <summary>Servers that elect who holds their floating address. What is needed to make one.</summary>
public sealed record LegionCreate
{
    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>The floating address.</summary>
    public required string Address { get; init; }

    /// <summary>Up to 64 characters; never given back.</summary>
    public string? Key { get; init; }

    /// <summary>Votes needed; default 0.</summary>
    public int? Quorum { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>The owner.</summary>
    public int? Customer { get; init; }

    /// <summary>Its servers.</summary>
    public IReadOnlyList<LegionMemberView>? Members { get; init; }
}
