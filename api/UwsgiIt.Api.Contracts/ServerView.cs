namespace UwsgiIt.Api.Contracts;

/// <summary>A physical host. What the api answers.</summary>
public sealed record ServerView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>It calls from it; unique.</summary>
    public required string Address { get; init; }

    /// <summary>MB to give away.</summary>
    public required int Memory { get; init; }

    /// <summary>MB to give away.</summary>
    public required int Storage { get; init; }

    /// <summary>MB.</summary>
    public required int FreeMemory { get; init; }

    /// <summary>MB.</summary>
    public required int FreeStorage { get; init; }

    /// <summary>Unique.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Customer it is dedicated to.</summary>
    public int? Owner { get; init; }

    /// <summary>Where it stands.</summary>
    public int? Datacenter { get; init; }

    /// <summary>Disk device.</summary>
    public required string Hd { get; init; }

    /// <summary>Text.</summary>
    public required string EtcHosts { get; init; }

    /// <summary>Text.</summary>
    public required string EtcResolvConf { get; init; }

    /// <summary>Balancing weight.</summary>
    public required int Weight { get; init; }

    /// <summary>Has SSDs.</summary>
    public required bool Ssd { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>SHA-256 of its client certificate, hex.</summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>Feed version live in its containerd.</summary>
    public required long ContainerdVersion { get; init; }

    /// <summary>Feed version live in its router.</summary>
    public required long RouterVersion { get; init; }

    /// <summary>Last report, seconds since 1970.</summary>
    public long? ContainerdSeen { get; init; }

    /// <summary>Last report, seconds since 1970.</summary>
    public long? RouterSeen { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
