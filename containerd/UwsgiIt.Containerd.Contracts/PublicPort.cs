namespace UwsgiIt.Containerd.Contracts;

/// <summary>A public port of this host that leads to a container.</summary>
public sealed record PublicPort
{
    /// <summary><c>tcp</c> or <c>udp</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>IPv4 address of this host.</summary>
    public required string PublicAddress { get; init; }

    /// <summary>1024 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>The container it leads to.</summary>
    public required uint Uid { get; init; }

    /// <summary>Port there, 1024 to 65535.</summary>
    public required int PrivatePort { get; init; }
}
