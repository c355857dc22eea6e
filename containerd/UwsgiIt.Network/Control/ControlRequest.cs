using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Network.Control;

/// <summary>One message of the daemon. Only what the operation needs is there.</summary>
public sealed record ControlRequest
{
    /// <summary>The language spoken here. A router answers another one with a fault.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Language of this message.</summary>
    public int Version { get; set; } = CurrentVersion;

    /// <summary>What is asked.</summary>
    public required ControlOperation Operation { get; init; }

    /// <summary>Whose device, of attach and detach.</summary>
    public int Uid { get; set; }

    /// <summary>The host's policy.</summary>
    public HostPolicy? Host { get; set; }

    /// <summary>The tunnel's identity and peers.</summary>
    public TunnelSettings? Tunnel { get; set; }

    /// <summary>Containers' policies.</summary>
    public IReadOnlyList<ContainerPolicy>? Policies { get; set; }
}
