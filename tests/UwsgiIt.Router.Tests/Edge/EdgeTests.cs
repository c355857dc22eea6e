using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.Tests.Edge;

public sealed class EdgeTests
{
    [Theory]
    [InlineData("www.example.com", "www.example.com")]
    [InlineData("WWW.Example.com.:8080", "www.example.com")]
    [InlineData("a.b.example.com", ".example.com")]
    [InlineData("a.b.deep.example.com", ".deep.example.com")]
    [InlineData("example.com", "")]
    [InlineData("other.org", "")]
    public void Policy_IsThatOfTheLongestMatch(string host, string expected)
    {
        using var rates = new RateLimits();
        var options = new PolicyOptions { Names = { ["www.example.com"] = new(), [".example.com"] = new(), [".deep.example.com"] = new() } };
        var context = new DefaultHttpContext();
        context.Request.Headers.Host = host;
        var policies = new NamePolicies(new FixedOptions<PolicyOptions>(options), rates);
        Assert.Equal(expected, policies.Choose(context).Name);
        Assert.Equal(expected, policies.Of(context).Name);
    }

    [Fact]
    public void Policy_WhatANameLeavesOutIsTheDefaults()
    {
        using var rates = new RateLimits();
        var policy = new NamePolicy("a", new NamePolicyOptions { EncodedSlashes = true }, new NamePolicyOptions { EncodedSlashes = false, Underscores = UnderscorePolicy.Refuse }, rates);
        Assert.Equal((true, UnderscorePolicy.Refuse, false, false), (policy.EncodedSlashes, policy.Underscores, policy.EncodedBackslashes, policy.HasRules));
    }

    [Theory]
    [InlineData("X-Good", "a", UnderscorePolicy.Drop, HeaderVerdict.Pass)]
    [InlineData("X_Under", "a", UnderscorePolicy.Drop, HeaderVerdict.DropUnderscore)]
    [InlineData("X_Under", "a", UnderscorePolicy.Refuse, HeaderVerdict.RefuseUnderscore)]
    [InlineData("X_Under", "a", UnderscorePolicy.Pass, HeaderVerdict.Pass)]
    [InlineData("X_Forwarded-For", "a", UnderscorePolicy.Pass, HeaderVerdict.DropUnderscore)]
    [InlineData("Content_Length", "a", UnderscorePolicy.Pass, HeaderVerdict.DropUnderscore)]
    [InlineData("Transfer_Encoding", "a", UnderscorePolicy.Pass, HeaderVerdict.DropUnderscore)]
    [InlineData("X_Named", "a", UnderscorePolicy.Pass, HeaderVerdict.DropUnderscore)]
    [InlineData("X-Named", "a", UnderscorePolicy.Drop, HeaderVerdict.Drop)]
    [InlineData("x-real-ip", "a", UnderscorePolicy.Drop, HeaderVerdict.Drop)]
    [InlineData("X(", "a", UnderscorePolicy.Drop, HeaderVerdict.RefuseName)]
    [InlineData("X-Value", "a\nb", UnderscorePolicy.Drop, HeaderVerdict.RefuseValue)]
    internal void Header_IsJudged(string name, string value, UnderscorePolicy underscores, HeaderVerdict expected) =>
        Assert.Equal(expected, RequestHeaderRules.Judge(name, value, "close, X-Named", underscores));

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("fd00::/8", "fd12::1", true)]
    [InlineData("unix", "10.0.0.1", false)]
    public void Networks_ContainTheirs(string range, string address, bool expected) => Assert.Equal(expected, Networks.Parse([range]).Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10")]
    [InlineData("10.0.0.0/33")]
    [InlineData("example.com")]
    public void Networks_OthersAreNone(string range) => Assert.False(Networks.IsValid(range));

    [Fact]
    public void ClientKey_OfIpv6IsItsSixtyFourth()
    {
        Assert.Equal(ClientKey.Of(IPAddress.Parse("2001:db8::1")), ClientKey.Of(IPAddress.Parse("2001:db8::ffff:2")));
        Assert.NotEqual(ClientKey.Of(IPAddress.Parse("2001:db8::1")), ClientKey.Of(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.Equal(ClientKey.Of(IPAddress.Parse("10.0.0.1")), ClientKey.Of(IPAddress.Parse("::ffff:10.0.0.1")));
        Assert.NotEqual(ClientKey.Of(IPAddress.Parse("10.0.0.1")), ClientKey.Of(IPAddress.Parse("10.0.0.2")));
    }

    [Theory]
    [InlineData("keep-alive", "keep-alive")]
    [InlineData("Close, Upgrade", "Close, Upgrade")]
    [InlineData("close, X-A", "close, X-A, keep-alive, close")]
    public void ConnectionEncoding_KeepsNominatedNamesFromBeingLost(string value, string expected) => Assert.Equal(expected, ConnectionEncoding.Instance.GetString(Encoding.ASCII.GetBytes(value)));

    [Theory]
    [InlineData("alice:secret", true)]
    [InlineData("alice:Secret", false)]
    [InlineData("bob:secret", false)]
    [InlineData("alice", false)]
    public void BasicUsers_AreVerifiedOnceAMinute(string credentials, bool expected)
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("users"), "alice:pbkdf2_sha256$1000$salt$" + Convert.ToBase64String(System.Security.Cryptography.Rfc2898DeriveBytes.Pbkdf2("secret", "salt"u8, 1000, System.Security.Cryptography.HashAlgorithmName.SHA256, 32)));
        Assert.True(BasicUsers.TryRead(folder.File("users"), out var users, out _));
        var authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));
        Assert.False(users.IsKnown(authorization));
        Assert.Equal(expected, users.Verify(authorization));
        Assert.Equal(expected, users.IsKnown(authorization));
    }

    [Theory]
    [InlineData("alice:plain")]
    [InlineData("alice:pbkdf2_sha256$1$salt$AAAA")]
    [InlineData(":pbkdf2_sha256$1000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    public void BasicUsers_AFileWithAWrongLineIsRefused(string line)
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("users"), line);
        Assert.False(BasicUsers.TryRead(folder.File("users"), out _, out var problem));
        Assert.Contains("line 1", problem, StringComparison.Ordinal);
    }
}
