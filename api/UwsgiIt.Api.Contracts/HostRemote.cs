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
}
