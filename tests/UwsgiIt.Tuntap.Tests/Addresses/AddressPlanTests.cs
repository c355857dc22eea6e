using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Tuntap.Tests.Addresses;

public sealed class AddressPlanTests
{
    [Theory]
    [InlineData(30000, "10.0.0.2")]
    [InlineData(30001, "10.0.0.3")]
    [InlineData(30009, "10.0.0.11")]
    [InlineData(30254, "10.0.1.0")]
    [InlineData(30000 + (1 << 24) - 1, "10.0.0.1")]
    public void V4_OfAUid_IsTheOriginalsFormula(int uid, string expected)
    {
        Assert.Equal(expected, IpAddresses.ToText(AddressFamilies.V4, AddressPlan.Default.V4(uid)));
    }

    [Fact]
    public void V6_OfAUid_HasTheSameOffset()
    {
        Assert.Equal("fd75:7773:6769::3", IpAddresses.ToText(AddressFamilies.V6, AddressPlan.Default.V6(30001)));
        Assert.True(AddressPlan.Default.TryGetOffset(AddressPlan.Default.V6(30001), out var offset));
        Assert.Equal(AddressPlan.Default.Offset(30001), offset);
    }

    [Fact]
    public void TryGetOffset_FarInTheIPv6Block_IsNobodys()
    {
        Assert.True(AddressPlan.Default.TryGetOffset(AddressPlan.Default.V6(30001) + ((UInt128)1 << 32), out var offset));
        Assert.Equal(AddressPlan.Nobody, offset);
        Assert.False(AddressPlan.Default.TryGetOffset(AddressPlan.Default.Block6.Last + 1, out _));
    }

    [Theory]
    [InlineData("10.0.0.0/4", "fd00::/64")]
    [InlineData("10.0.0.0/25", "fd00::/64")]
    [InlineData("10.0.0.0/8", "fd00::/100")]
    [InlineData("0.0.0.0", "fd00::/64")]
    [InlineData("fd00::/64", "10.0.0.0/8")]
    public void Plan_OfBlocksTooSmallOrWrong_IsRefused(string block4, string block6) => Assert.Throws<FormatException>(() => new AddressPlan(block4, block6));
}
