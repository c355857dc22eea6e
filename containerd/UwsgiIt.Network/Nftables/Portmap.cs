using System.Net;

namespace UwsgiIt.Network.Nftables;

/// <summary>A public port that leads to a container's.</summary>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="PublicAddress">IPv4 address of the host.</param>
/// <param name="PublicPort">1024 to 65535, and none of the platform's own (1999, 3022, 3026; the original's rule).</param>
/// <param name="Uid">The container.</param>
/// <param name="PrivatePort">1024 to 65535; the original's rule.</param>
public sealed record Portmap(string Protocol, IPAddress PublicAddress, int PublicPort, int Uid, int PrivatePort)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Fault =>
        Protocol is not ("tcp" or "udp") ? $"portmap protocol \"{Protocol}\" is neither tcp nor udp"
        : PublicAddress.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork ? $"portmap address {PublicAddress} is not IPv4"
        : PublicPort is < 1024 or > 65_535 or 1999 or 3022 or 3026 ? $"public port {PublicPort} is not 1024 to 65535, or is the platform's own"
        : PrivatePort is < 1024 or > 65_535 ? $"private port {PrivatePort} is not 1024 to 65535"
        : null;
}
