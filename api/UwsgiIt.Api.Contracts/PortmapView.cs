namespace UwsgiIt.Api.Contracts;

/// <summary>A public port of a dedicated server. What the api answers.</summary>
public sealed record PortmapView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>tcp or udp.</summary>
    public required string Proto { get; init; }

    /// <summary>1024-65535.</summary>
    public required int PublicPort { get; init; }

    /// <summary>1024-65535.</summary>
    public required int PrivatePort { get; init; }

    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>The server's address.</summary>
    public required string PublicIp { get; init; }

    /// <summary>The container's address.</summary>
    public required string PrivateIp { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
