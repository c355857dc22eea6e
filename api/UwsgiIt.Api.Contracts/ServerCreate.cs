namespace UwsgiIt.Api.Contracts;

/// <summary>A physical host. What is needed to make one.</summary>
public sealed record ServerCreate
{
    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>It calls from it; unique.</summary>
    public required string Address { get; init; }

    /// <summary>MB to give away.</summary>
    public required int Memory { get; init; }

    /// <summary>MB to give away.</summary>
    public required int Storage { get; init; }

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
}
