using UwsgiIt.Containerd.Network;
using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Containerd.Tests.Network;

public sealed class WireGuardConfigTests
{
    private static readonly string Key = Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(static i => (byte)i)]);

    [Fact]
    public void Write_NamesPeersWithTheirContainersOnly()
    {
        var peers = WireGuardConfig.Peers(
            new Dictionary<int, string> { [30501] = "198.51.100.9:999", [30500] = "198.51.100.9:999", [30600] = "198.51.100.8:999" },
            new Dictionary<string, string> { ["198.51.100.9:999"] = Key },
            new Dictionary<string, string> { ["198.51.100.9:999"] = "198.51.100.9:51820" });
        Assert.Equal(
            $"""
            [Interface]
            PrivateKey = secret
            ListenPort = 51820

            [Peer]
            PublicKey = {Key}
            Endpoint = 198.51.100.9:51820
            AllowedIPs = 10.0.1.246/32, fd75:7773:6769::1f6/128, 10.0.1.247/32, fd75:7773:6769::1f7/128

            """,
            WireGuardConfig.Write("secret", 51_820, peers.Values, AddressPlan.Default));
    }

    /// <summary>What would be a line of its own in the file, or is no key, is no peer.</summary>
    [Theory]
    [InlineData("198.51.100.9:51820\nPrivateKey = x", null)]
    [InlineData("198.51.100.9", null)]
    [InlineData("198.51.100.9:51820", "AAAA")]
    [InlineData("198.51.100.9:51820", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n[Peer]")]
    public void Peers_LeaveTheFaultyOut(string endPoint, string? key)
    {
        const string Router = "198.51.100.9:999";
        Assert.Empty(WireGuardConfig.Peers(new Dictionary<int, string> { [30500] = Router }, new Dictionary<string, string> { [Router] = key ?? Key }, new Dictionary<string, string> { [Router] = endPoint }));
    }
}
