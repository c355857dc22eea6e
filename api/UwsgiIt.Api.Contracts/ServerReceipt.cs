namespace UwsgiIt.Api.Contracts;

/// <summary>Whether a change is live on one server.</summary>
public sealed record ServerReceipt
{
    /// <summary>Id.</summary>
    public required int Server { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>containerd or router.</summary>
    public required string Agent { get; init; }

    /// <summary>It has reported this version or a later one.</summary>
    public required bool Live { get; init; }

    /// <summary>What it reported last.</summary>
    public required long Version { get; init; }

    /// <summary>When, seconds since 1970.</summary>
    public long? Seen { get; init; }
}
