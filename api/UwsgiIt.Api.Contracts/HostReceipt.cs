namespace UwsgiIt.Api.Contracts;

/// <summary>What an agent has live.</summary>
public sealed record HostReceipt
{
    /// <summary>containerd or router.</summary>
    public required string Agent { get; init; }

    /// <summary>Of the feed.</summary>
    public required long Version { get; init; }
}
