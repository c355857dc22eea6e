using System.Net;
using System.Text;
using CsCheck;
using UwsgiIt.Router.ProxyProtocol;

namespace UwsgiIt.Router.Tests.ProxyProtocol;

public sealed class ProxyHeaderTests
{
    private static readonly Gen<IPEndPoint> EndPoints = Gen.Select(Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]).Where(static bytes => !new IPAddress(bytes).IsIPv4MappedToIPv6), Gen.Int[0, 65_535])
        .Select(static (address, port) => new IPEndPoint(new IPAddress(address), port));

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 203.0.113.1 4711 443\r\n", "203.0.113.7:4711")]
    [InlineData("PROXY TCP6 2001:db8::7 ::1 0 65535\r\n", "[2001:db8::7]:0")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    [InlineData("PROXY UNKNOWN ffff:f...f:ffff whatever\r\n", null)]
    public void Text_IsRead(string text, string? source)
    {
        var bytes = Encoding.ASCII.GetBytes(text + "GET / HTTP/1.1\r\n");
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeaderReader.Read(bytes, out var header, out var length));
        Assert.Equal(text.Length, length);
        Assert.Equal(source, header.Source?.ToString());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("proxy TCP4 203.0.113.7 203.0.113.1 4711 443\r\n")]
    [InlineData("PROXY  TCP4 203.0.113.7 203.0.113.1 4711 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7  203.0.113.1 4711 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 203.0.113.1 4711 443 \r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 203.0.113.1 4711\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 203.0.113.1 4711 443 8\r\n")]
    [InlineData("PROXY TCP4 203.0.113.07 203.0.113.1 4711 443\r\n")]
    [InlineData("PROXY TCP4 0xcb.0.113.7 203.0.113.1 4711 443\r\n")]
    [InlineData("PROXY TCP4 203.113.7 203.0.113.1 4711 443\r\n")]
    [InlineData("PROXY TCP4 ::1 203.0.113.1 4711 443\r\n")]
    [InlineData("PROXY TCP6 203.0.113.7 203.0.113.1 4711 443\r\n")]
    [InlineData("PROXY TCP6 fe80::1%2 ::1 4711 443\r\n")]
    [InlineData("PROXY TCP6 [::1] ::1 4711 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 203.0.113.1 04711 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 203.0.113.1 +471 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 203.0.113.1 65536 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 203.0.113.1 4711 443\n\r\n")]
    [InlineData("PROXY UDP4 203.0.113.7 203.0.113.1 4711 443\r\n")]
    [InlineData("PROXY UNKNOWNS\r\n")]
    [InlineData("PROXY UNKNOWN xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n")]
    public void Text_ThatIsAlmostOne_IsMalformed(string text) => Assert.Equal(ProxyHeaderStatus.Malformed, ProxyHeaderReader.Read(Encoding.ASCII.GetBytes(text), out _, out _));

    [Fact]
    public void WhatIsWritten_IsRead_AndEveryPrefixOfItIsIncomplete() =>
        Gen.Select(Gen.OneOfConst(ProxyVersion.V1, ProxyVersion.V2), EndPoints, EndPoints).Sample(static (version, source, destination) =>
        {
            var bytes = new byte[ProxyHeaderWriter.MaxBytes];
            var length = ProxyHeaderWriter.Write(bytes, version, source, destination);
            for (var cut = 0; cut < length; cut++)
            {
                Assert.Equal(ProxyHeaderStatus.Incomplete, ProxyHeaderReader.Read(bytes.AsSpan(0, cut), out _, out _));
            }

            Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeaderReader.Read(bytes, out var header, out var read));
            Assert.Equal(length, read);
            Assert.Equal((source.Address.MapToIPv6(), source.Port), (header.Source!.Address.MapToIPv6(), header.Source.Port));
            Assert.Equal((destination.Address.MapToIPv6(), destination.Port), (header.Destination!.Address.MapToIPv6(), header.Destination.Port));
        });

    [Fact]
    public void Binary_BadBytes_AreRefusedAndExtensionsSkipped()
    {
        var good = Binary(0x21, 0x11, [203, 0, 113, 7, 203, 0, 113, 1, 0x12, 0x67, 1, 0xbb]);
        Assert.Equal(("203.0.113.7:4711", ProxyHeaderStatus.Complete), ReadSource(good));
        Assert.Equal(("203.0.113.7:4711", ProxyHeaderStatus.Complete), ReadSource(Binary(0x21, 0x11, [.. good[16..], 4, 0, 2, 9, 9])));
        Assert.Equal((null, ProxyHeaderStatus.Complete), ReadSource(Binary(0x20, 0x11, [1])));
        Assert.Equal((null, ProxyHeaderStatus.Complete), ReadSource(Binary(0x21, 0x00, [1, 2, 3])));
        Assert.Equal((null, ProxyHeaderStatus.Complete), ReadSource(Binary(0x21, 0x31, new byte[216])));
        foreach (var bad in (byte[][])
        [
            Binary(0x11, 0x11, good[16..]), Binary(0x22, 0x11, good[16..]), Binary(0x21, 0x12, good[16..]), Binary(0x21, 0x41, good[16..]),
            Binary(0x21, 0x11, good[16..27]), Binary(0x21, 0x21, good[16..]), Binary(0x21, 0x31, new byte[215]),
            Binary(0x21, 0x11, [.. good[16..], 4, 0, 3, 9, 9]), Binary(0x21, 0x11, [.. good[16..], 4]), Binary(0x21, 0x11, [.. good[16..], 3, 0, 4, 1, 2, 3, 4]),
            Binary(0x21, 0x11, new byte[4096]),
        ])
        {
            Assert.Equal((null, ProxyHeaderStatus.Malformed), ReadSource(bad));
        }
    }

    private static byte[] Binary(byte command, byte family, byte[] rest) => [.. ProxyHeaderReader.Signature, command, family, (byte)(rest.Length >> 8), (byte)rest.Length, .. rest];

    private static (string?, ProxyHeaderStatus) ReadSource(byte[] bytes)
    {
        var status = ProxyHeaderReader.Read(bytes, out var header, out _);
        return (header.Source?.ToString(), status);
    }
}
