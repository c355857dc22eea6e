namespace UwsgiIt.Api.Contracts;

/// <summary>A server in a legion.</summary>
public sealed record LegionMemberView
{
    /// <summary>Id.</summary>
    public required int Server { get; init; }

    /// <summary>Election weight.</summary>
    public required int Weight { get; init; }
}
