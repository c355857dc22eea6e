namespace UwsgiIt.Network.Addresses;

/// <summary>Which packets an address or a rule speaks about.</summary>
[Flags]
public enum AddressFamilies
{
    /// <summary>None; of a rule: contradictory.</summary>
    None = 0,

    /// <summary>IPv4 packets.</summary>
    V4 = 1,

    /// <summary>IPv6 packets.</summary>
    V6 = 2,

    /// <summary>Both.</summary>
    Any = V4 | V6,
}
