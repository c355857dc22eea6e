namespace UwsgiIt.Api.Contracts;

/// <summary>A legion this server is in.</summary>
public sealed record HostLegion
{
    /// <summary>The id.</summary>
    public int Id { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>The floating address.</summary>
    public required string Address { get; init; }

    /// <summary>Shared.</summary>
    public string? Key { get; init; }

    /// <summary>Votes needed.</summary>
    public required int Quorum { get; init; }

    /// <summary>Of this server.</summary>
    public required int Weight { get; init; }

    /// <summary>254 for the server with the most weight, one less for each that comes before: what VRRP elects by.</summary>
    public int Priority { get; init; } = 1;

    /// <summary>Floating addresses that go with it, beside its own.</summary>
    public IReadOnlyList<string> Floating { get; init; } = [];

    /// <summary>Addresses of the others.</summary>
    public required IReadOnlyList<string> Members { get; init; }
}
