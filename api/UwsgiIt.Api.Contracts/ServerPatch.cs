namespace UwsgiIt.Api.Contracts;

/// <summary>A physical host. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record ServerPatch
{
    /// <summary>Unique.</summary>
    public string? Name { get; init; }

    /// <summary>It calls from it; unique.</summary>
    public string? Address { get; init; }

    /// <summary>MB to give away.</summary>
    public int? Memory { get; init; }

    /// <summary>MB to give away.</summary>
    public int? Storage { get; init; }

    /// <summary>Customer it is dedicated to.</summary>
    public int? Owner { get; init; }

    /// <summary>Where it stands.</summary>
    public int? Datacenter { get; init; }

    /// <summary>Disk device.</summary>
    public string? Hd { get; init; }

    /// <summary>Text.</summary>
    public string? EtcHosts { get; init; }

    /// <summary>Text.</summary>
    public string? EtcResolvConf { get; init; }

    /// <summary>Balancing weight.</summary>
    public int? Weight { get; init; }

    /// <summary>Has SSDs.</summary>
    public bool? Ssd { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>True: any valid certificate from its address will do again.</summary>
    public bool? Unbind { get; init; }
}
