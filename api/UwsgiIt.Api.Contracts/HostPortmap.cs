namespace UwsgiIt.Api.Contracts;

/// <summary>A public port.</summary>
public sealed record HostPortmap
{
    /// <summary>tcp or udp.</summary>
    public required string Proto { get; init; }

    /// <summary>Address.</summary>
    public required string PublicIp { get; init; }

    /// <summary>Port.</summary>
    public required int PublicPort { get; init; }

    /// <summary>The container it leads to.</summary>
    public required int Uid { get; init; }

    /// <summary>Address.</summary>
    public required string PrivateIp { get; init; }

    /// <summary>Port.</summary>
    public required int PrivatePort { get; init; }
}
