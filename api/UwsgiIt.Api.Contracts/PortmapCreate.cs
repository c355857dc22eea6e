namespace UwsgiIt.Api.Contracts;

/// <summary>A public port of a dedicated server. What is needed to make one.</summary>
public sealed record PortmapCreate
{
    /// <summary>tcp or udp.</summary>
    public required string Proto { get; init; }

    /// <summary>1024-65535 but 1999, 3022 and 3026.</summary>
    public required int PublicPort { get; init; }

    /// <summary>1024-65535.</summary>
    public required int PrivatePort { get; init; }

    /// <summary>Uid.</summary>
    public required int Container { get; init; }
}
