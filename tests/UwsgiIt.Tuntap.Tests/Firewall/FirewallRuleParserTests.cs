using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Tuntap.Tests.Firewall;

public sealed class FirewallRuleParserTests
{
    [Theory]
    [InlineData("in 10.0.0.3/32 10.0.0.4/32 allow", "in 10.0.0.3/32 10.0.0.4/32 allow")]
    [InlineData("out 0.0.0.0 10.0.0.0/8 deny", "out 0.0.0.0 10.0.0.0/8 deny")]
    [InlineData("  in\t192.0.2.7 any   replies ", "in 192.0.2.7/32 0.0.0.0 replies")]
    [InlineData("out any 10.0.0.9 gateway 198.51.100.1:999", "out 0.0.0.0 10.0.0.9/32 gateway 198.51.100.1:999")]
    [InlineData("out any 10.0.0.9 route [2001:db8::1]:999", "out 0.0.0.0 10.0.0.9/32 gateway [2001:db8::1]:999")]
    [InlineData("in 2001:db8::/32 any deny", "in 2001:db8::/32 0.0.0.0 deny")]
    public void TryParse_OfEveryForm_Reads(string line, string expected)
    {
        Assert.True(FirewallRuleParser.TryParse(line, out var rule, out var fault), fault);
        Assert.Equal(expected, rule.ToString());
        Assert.True(FirewallRuleParser.TryParse(rule.ToString(), out var again, out _));
        Assert.Equal(rule, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("in")]
    [InlineData("in any any")]
    [InlineData("IN any any allow")]
    [InlineData("sideways any any allow")]
    [InlineData("in any any accept")]
    [InlineData("in any any allow 1.2.3.4:5")]
    [InlineData("in any any deny x")]
    [InlineData("out any any gateway")]
    [InlineData("out any any gateway 1.2.3.4")]
    [InlineData("out any any gateway 1.2.3.4:0")]
    [InlineData("out any any gateway 1.2.3.4:70000")]
    [InlineData("out any any gateway 16909060:5")]
    [InlineData("out any any gateway example.com:5")]
    [InlineData("in any any allow x y")]
    [InlineData("in 10.0.0.1/8 any deny")]
    [InlineData("in 10.0.0.0/8 2001:db8::/32 deny")]
    [InlineData("in 10.0.0.0/99 any deny")]
    public void TryParse_OfBadText_NamesTheFault(string line)
    {
        Assert.False(FirewallRuleParser.TryParse(line, out _, out var fault));
        Assert.NotEmpty(fault);
    }

    [Fact]
    public void TryParse_OfALongLine_IsRefusedUnread()
    {
        Assert.False(FirewallRuleParser.TryParse($"in any any allow{new string(' ', FirewallRuleParser.MaxLineLength)}", out _, out var fault));
        Assert.Contains("256", fault, StringComparison.Ordinal);
    }
}
