using UwsgiIt.Containerd.Network;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Containerd.Tests.Network;

public sealed class RemoteContainersTests
{
    [Theory]
    [InlineData("out 10.0.0.3/32 10.0.1.246/32 gateway 198.51.100.9:999", 30_500, true)]
    [InlineData("out fd75:7773:6769::3 fd75:7773:6769::1f6 gateway 198.51.100.9:999", 30_500, true)]
    [InlineData("out 10.0.0.3/32 10.0.1.246/32 gateway 198.51.100.9:999", 30_501, false)]
    [InlineData("out 10.0.0.3/32 10.0.1.246/31 gateway 198.51.100.9:999", 30_500, false)]
    [InlineData("in 10.0.1.246/32 10.0.0.3/32 gateway 198.51.100.9:999", 30_500, false)]
    [InlineData("out 10.0.0.3/32 10.0.1.246/32 deny", 30_500, false)]
    [InlineData("nonsense", 30_500, false)]
    public void Rule_SaysWhereALinkedContainerIs(string rule, int link, bool isFound)
    {
        var found = RemoteContainers.Find([new ContainerPolicy { Uid = 30_001, Links = [link], Rules = [rule] }], AddressPlan.Default).ToList();
        Assert.Equal(isFound ? [KeyValuePair.Create(30_500, "198.51.100.9:999")] : [], found);
    }
}
