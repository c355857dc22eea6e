namespace UwsgiIt.Api.Contracts;

/// <summary>A host's own end of the tunnel between servers.</summary>
public sealed record HostTunnel
{
    /// <summary>X25519, 32 bytes in base64.</summary>
    public required string PublicKey { get; init; }

    /// <summary>UDP port, 1 to 65535; the address is the server's.</summary>
    public required int Port { get; init; }

    /// <summary>UDP port of the kernel's WireGuard, by the same key; null where there is none.</summary>
    public int? WireGuardPort { get; init; }
}
