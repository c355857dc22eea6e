using System.Net;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Tls;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.Tests.Certificates;

public sealed class OcspTests
{
    private static readonly TestCertificates Authority = TestCertificates.Authority("CA");

    [Fact]
    public void Answer_AnyBytes_IsNeverGoodAndNeverThrows()
    {
        var leaf = Authority.IssueFor90Days("http://ocsp.example.com/", "www.example.com");
        Gen.Byte.Array[0, 300].Sample(bytes =>
            Assert.NotEqual(OcspVerdict.Good, OcspExchange.Read(bytes, leaf.Certificate, Authority.Certificate, out _)));
        Assert.Equal(OcspVerdict.Unusable, OcspExchange.Read([], leaf.Certificate, Authority.Certificate, out _));

        // "Try later" has no more than a status (RFC 6960, section 4.2.1).
        Assert.Equal(OcspVerdict.Unknown, OcspExchange.Read([0x30, 3, 0x0a, 1, 3], leaf.Certificate, Authority.Certificate, out _));
    }

    [Fact]
    public void Staple_NeedsAResponderOverHttpAndTheIssuer()
    {
        var chain = new X509Certificate2Collection(Authority.Certificate);
        Assert.NotNull(OcspStaple.Of(Authority.IssueFor90Days("http://ocsp.example.com/", "www.example.com").Certificate, chain));
        Assert.Null(OcspStaple.Of(Authority.IssueFor90Days("http://ocsp.example.com/", "www.example.com").Certificate, []));
        Assert.Null(OcspStaple.Of(Authority.IssueFor90Days("ldap://ocsp.example.com/", "www.example.com").Certificate, chain));
        Assert.Null(OcspStaple.Of(Authority.Issue("www.example.com").Certificate, chain));
    }

    [Fact]
    public void Staple_IsServedWhileItHolds_AndAskedForAnewWhenHalfIsOver()
    {
        var staple = OcspStaple.Of(Authority.IssueFor90Days("http://ocsp.example.com/", "www.example.com").Certificate, new X509Certificate2Collection(Authority.Certificate))!;
        Assert.Null(staple.Current);
        Assert.Equal(0, staple.NextAttempt);
        staple.Keep([1], TimeSpan.FromHours(2));
        Assert.NotNull(staple.Current);
        Assert.InRange(staple.NextAttempt - Environment.TickCount64, 50 * 60_000, 60 * 60_000);
        staple.Fail();
        Assert.NotNull(staple.Current);
        Assert.InRange(staple.NextAttempt - Environment.TickCount64, 0, 20_000);
        staple.Revoke();
        Assert.Null(staple.Current);
        staple.Keep([1], TimeSpan.FromDays(7));
        Assert.InRange(staple.NextAttempt - Environment.TickCount64, 11 * 3_600_000, 12 * 3_600_000);
        staple.Keep([1], TimeSpan.FromMilliseconds(-1));
        Assert.Null(staple.Current);
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:4700::1111", true)]
    public void Responder_OfAPacket_IsPublic(string address, bool expected) => Assert.Equal(expected, ResponderAddresses.IsPublic(IPAddress.Parse(address)));
}
