namespace UwsgiIt.Api.Contracts;

/// <summary>A container of another server that one of this server's is linked with.</summary>
public sealed record HostRemote
{
    /// <summary>The other container.</summary>
    public required int Uid { get; init; }

    /// <summary>Of its server.</summary>
    public required string Address { get; init; }

    /// <summary>Of the containers' router there.</summary>
    public required int Port { get; init; }

    /// <summary>Of that router's end of the tunnel, 32 bytes in base64; null while its server has told none.</summary>
    public string? PublicKey { get; init; }

    /// <summary>UDP port of that server's WireGuard, by the same key; null where it has none.</summary>
    public int? WireGuardPort { get; init; }
}
