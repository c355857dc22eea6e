namespace UwsgiIt.Api.Contracts;

/// <summary>Everything a router needs to know.</summary>
public sealed record HostState
{
    /// <summary>Of the feed, at the least.</summary>
    public required long Version { get; init; }

    /// <summary>Id of the server that asks.</summary>
    public required int Server { get; init; }

    /// <summary>Its name.</summary>
    public required string ServerName { get; init; }

    /// <summary>An operator confirmed that much vanishes.</summary>
    public required bool Confirmed { get; init; }

    /// <summary>Public keys and their names.</summary>
    public required IReadOnlyList<HostKey> Keys { get; init; }

    /// <summary>Of its customers.</summary>
    public required IReadOnlyList<HostCertificate> Certificates { get; init; }
}
