using System.Net;
using UwsgiIt.Network.Nftables;

namespace UwsgiIt.Tuntap.Tests.Nftables;

public sealed class GatewaySettingsTests
{
    private static readonly IPAddress Public = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void Validate_OfGoodSettings_FindsNothing() =>
        Assert.Empty(new GatewaySettings { NatInterface = "eth0.7", Portmaps = [new Portmap("tcp", Public, 8080, 30001, 9000), new Portmap("udp", Public, 8080, 30001, 9000)] }.Validate());

    [Fact]
    public void Validate_NamesEveryFault()
    {
        var settings = new GatewaySettings
        {
            NatInterface = "eth0\" accept",
            Portmaps =
            [
                new Portmap("icmp", Public, 8080, 30001, 9000), new Portmap("tcp", IPAddress.IPv6Loopback, 8080, 30001, 9000), new Portmap("tcp", Public, 80, 30001, 9000),
                new Portmap("tcp", Public, 3022, 30001, 9000), new Portmap("tcp", Public, 8081, 30001, 22), new Portmap("tcp", Public, 8082, 30001, 9000), new Portmap("tcp", Public, 8082, 30002, 9000),
            ],
        };
        Assert.Equal(7, settings.Validate().Count());
    }
}
