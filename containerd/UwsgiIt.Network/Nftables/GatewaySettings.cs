namespace UwsgiIt.Network.Nftables;

/// <summary>How containers meet the outside.</summary>
public sealed record GatewaySettings
{
    /// <summary>Device behind which containers have the host's address; null: they keep their own. Default eth0; the original's nat_interface.</summary>
    public string? NatInterface { get; init; } = "eth0";

    /// <summary>Device of the kernel's tunnel to other servers' containers; null (default): none.</summary>
    public string? TunnelDevice { get; init; }

    /// <summary>Public ports that lead to containers.</summary>
    public IReadOnlyList<Portmap> Portmaps { get; init; } = [];

    /// <summary>Every fault, none when they can be applied.</summary>
    public IEnumerable<string> Validate()
    {
        if (NatInterface is not null && (NatInterface.Length is 0 or > 15 || NatInterface.Any(static letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.' or '@'))))
        {
            yield return $"NAT device \"{NatInterface}\" is not the name of a device";
        }

        foreach (var fault in Portmaps.Select(static map => map.Fault).OfType<string>())
        {
            yield return fault;
        }

        foreach (var twice in Portmaps.GroupBy(static map => (map.Protocol, map.PublicAddress, map.PublicPort)).Where(static maps => maps.Count() > 1))
        {
            yield return $"public port {twice.Key.Protocol}/{twice.Key.PublicPort} is mapped twice";
        }
    }
}
