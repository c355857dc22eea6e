namespace UwsgiIt.Api.Contracts;

/// <summary>A bearer token. What is needed to make one.</summary>
public sealed record TokenCreate
{
    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    /// <summary>read, containers, domains, alarms:write, account, admin or all.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Seconds since 1970; null never.</summary>
    public long? Expires { get; init; }
}
