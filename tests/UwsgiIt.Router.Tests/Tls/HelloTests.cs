using System.Text;
using UwsgiIt.Router.Tls;

namespace UwsgiIt.Router.Tests.Tls;

/// <summary>The two parts of a client's hello that we read ourselves.</summary>
public sealed class HelloTests
{
    [Theory]
    [InlineData("\0\u0006\0\0\u0003a.b", "a.b")]
    [InlineData("\0\u0006\0\0\u0003A.b", "A.b")]
    [InlineData("\0\u0007\0\0\u0003a.b", null)] // list longer than the extension
    [InlineData("\0\u0006\0\0\u0004a.b", null)] // name longer than the list
    [InlineData("\0\u0006\u0001\0\u0003a.b", null)] // not a host name
    [InlineData("\0\u0003\0\0\0", null)]
    [InlineData("\0\u0006\0\0\u0003a b", null)]
    [InlineData("\0\u0006\0\0\u0003a\0b", null)]
    [InlineData("\0\u0006\0\0\u0003a\u00e9b", null)]
    [InlineData("", null)]
    public void Sni_IsAPrintableNameOrNone(string extension, string? expected)
    {
        Assert.Equal(expected is not null, OpenSslContext.TryParseSni(Encoding.Latin1.GetBytes(extension), out var name));
        Assert.Equal(expected ?? "", name);
    }

    [Theory]
    [InlineData("\u0002h2\bhttp/1.1", 1)]
    [InlineData("\bhttp/1.1\u0002h2", 10)]
    [InlineData("\u0003h2c\u0005spdy1", 0)]
    [InlineData("\u0002h2\u00ff", 1)]
    [InlineData("\u00ffh2", 0)]
    [InlineData("", 0)]
    public void Alpn_FindsAWholeName(string offer, int expected) => Assert.Equal(expected, OpenSslContext.FindProtocol(Encoding.Latin1.GetBytes(offer), "h2"u8));
}
