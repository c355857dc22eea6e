using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>A physical host running router and containerd.</summary>
internal sealed class Server : TrackedRow
{
    public required string Name { get; set; }

    /// <summary>The address it calls from; unique, which the original forgot.</summary>
    public required string Address { get; set; }

    /// <summary>Disk device of the original.</summary>
    public string Hd { get; set; } = "";

    /// <summary>Memory to give away, in MB.</summary>
    public int Memory { get; set; }

    /// <summary>Disk to give away, in MB.</summary>
    public int Storage { get; set; }

    public Guid Uuid { get; set; } = Guid.NewGuid();

    public string EtcResolvConf { get; set; } = "";

    public string EtcHosts { get; set; } = "";

    public int Weight { get; set; } = 9999;

    public int? DatacenterId { get; set; }

    public Datacenter? Datacenter { get; set; }

    public string? Note { get; set; }

    /// <summary>The customer it is dedicated to.</summary>
    public int? OwnerId { get; set; }

    public bool Ssd { get; set; }

    public bool Systemd { get; set; }

    /// <summary>When its portmaps changed last; the original begins at second 1.</summary>
    public long PortmapsUnix { get; set; } = 1;

    /// <summary>Public key of its end of the tunnel between servers, 32 bytes in base64; null while its daemon has not told one.</summary>
    public string? TunnelKey { get; set; }

    /// <summary>UDP port at which its containers' router is reached; the original's is 999.</summary>
    public int TunnelPort { get; set; } = 999;

    /// <summary>UDP port of its kernel's WireGuard, which has the same key; null where there is none.</summary>
    public int? WireGuardPort { get; set; }

    /// <summary>SHA-256 of the client certificate bound to this server, hex; null means that any valid certificate from its address will do.</summary>
    public string? CertificateFingerprint { get; set; }

    /// <summary>The certificate before that, taken until the host was heard with the new one: what it was sent may never have reached its disk.</summary>
    public string? PreviousFingerprint { get; set; }

    /// <summary>Version of the feed that each agent last reported live.</summary>
    public long ContainerdVersion { get; set; }

    public long RouterVersion { get; set; }

    /// <summary>When each agent last reported, seconds since 1970; null never, and then no receipt waits for it.</summary>
    public long? ContainerdSeenUnix { get; set; }

    public long? RouterSeenUnix { get; set; }

    /// <summary>Until when an operator's word holds that many of its containers may vanish at once, seconds since 1970.</summary>
    public long RemovalConfirmedUntilUnix { get; set; }
}
