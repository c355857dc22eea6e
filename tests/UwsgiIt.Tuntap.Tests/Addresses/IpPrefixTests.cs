using CsCheck;
using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Tuntap.Tests.Addresses;

public sealed class IpPrefixTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3", "10.1.2.3/32")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("0.0.0.0/0", "0.0.0.0")]
    [InlineData("any", "0.0.0.0")]
    [InlineData("0.0.0.0/1", "0.0.0.0/1")]
    [InlineData("::/0", "::/0")]
    [InlineData("fd75:7773:6769::7", "fd75:7773:6769::7/128")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    public void TryParse_OfGoodText_Reads(string text, string expected)
    {
        Assert.True(IpPrefix.TryParse(text, out var prefix, out var fault), fault);
        Assert.Equal(expected, prefix.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/ 8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("::1/129")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("example.com")]
    public void TryParse_OfBadText_NamesTheFault(string text)
    {
        Assert.False(IpPrefix.TryParse(text, out _, out var fault));
        Assert.NotEmpty(fault);
    }

    [Fact]
    public void TryParse_WithHostBits_SaysWhatWasMeant()
    {
        Assert.False(IpPrefix.TryParse("10.0.0.5/8", out _, out var fault));
        Assert.Contains("10.0.0.0/8", fault, StringComparison.Ordinal);
        Assert.False(IpPrefix.TryParse("2001:db8::1/32", out _, out fault));
        Assert.Contains("2001:db8::/32", fault, StringComparison.Ordinal);
    }

    /// <summary>Every length: the first and the last address are within, their neighbours are not.</summary>
    [Fact]
    public void Contains_AtEveryIPv4Length_HasExactEdges()
    {
        for (var length = 1; length <= 32; length++)
        {
            var size = 1L << (32 - length);
            var first = 0xC0000280L / size * size;
            var prefix = IpPrefix.V4((uint)first, length);
            Assert.True(prefix.Contains(AddressFamilies.V4, (uint)first), $"/{length} first");
            Assert.True(prefix.Contains(AddressFamilies.V4, (uint)(first + size - 1)), $"/{length} last");
            Assert.False(prefix.Contains(AddressFamilies.V4, (uint)(first - 1)), $"/{length} before");
            Assert.False(first + size <= uint.MaxValue && prefix.Contains(AddressFamilies.V4, (uint)(first + size)), $"/{length} behind");
            Assert.False(prefix.Contains(AddressFamilies.V6, (uint)first), $"/{length} other family");
        }
    }

    [Fact]
    public void Contains_AtEveryIPv6Length_HasExactEdges()
    {
        for (var length = 1; length <= 128; length++)
        {
            var size = UInt128.One << (128 - length);
            var first = ((UInt128)0x20010db8_00000001 << 64 | 0x80) / size * size;
            var prefix = IpPrefix.V6(first, length);
            Assert.True(prefix.Contains(AddressFamilies.V6, first) && prefix.Contains(AddressFamilies.V6, first + (size - 1)), $"/{length} edges");
            Assert.False(first > 0 && prefix.Contains(AddressFamilies.V6, first - 1), $"/{length} before");
            Assert.False(unchecked(first + size) > first && prefix.Contains(AddressFamilies.V6, first + size), $"/{length} behind");
        }
    }

    [Fact]
    public void ToString_ReadAgain_IsTheSame() =>
        Gen.Select(Gen.UInt, Gen.Int[0, 32]).Sample((address, length) =>
        {
            var prefix = IpPrefix.V4(address, length);
            Assert.True(IpPrefix.TryParse(prefix.ToString(), out var again, out _));
            Assert.True(again == prefix || again == IpPrefix.Anything);
        });
}
