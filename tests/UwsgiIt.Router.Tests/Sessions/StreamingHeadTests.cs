using System.Text;
using CsCheck;
using UwsgiIt.Router.Sessions;

namespace UwsgiIt.Router.Tests.Sessions;

public sealed class StreamingHeadTests
{
    [Theory]
    [InlineData("DESCRIBE rtsp://cam.example.com:554/a RTSP/1.0\r\nCSeq: 1\r\n\r\n", "cam.example.com:554")]
    [InlineData("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", null)]
    [InlineData("SOURCE /live HTTP/1.0\r\nHost: radio.example.com\r\n\r\nbytes", "radio.example.com")]
    [InlineData("SOURCE /live ICE/1.0\r\n\r\n", null)]
    public void Head_IsRead(string text, string? host)
    {
        Assert.Equal(StreamingHeadStatus.Complete, Read(text, out var head));
        Assert.Equal(host, head!.Host);
        for (var cut = 0; cut < head.Length; cut++)
        {
            Assert.Equal(StreamingHeadStatus.Incomplete, Read(text[..cut], out _));
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("DESCRIBE rtsp://a/ RTSP/2.0\r\n\r\n")]
    [InlineData("source /live HTTP/1.0\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001")]
    public void WhatIsNeither_IsLeftToTheHttpParser(string text) => Assert.Equal(StreamingHeadStatus.Other, Read(text, out _));

    [Theory]
    [InlineData("DESCRIBE rtsp://a/ RTSP/1.0\n\n")]
    [InlineData("DESCRIBE  RTSP/1.0\r\n\r\n")]
    [InlineData("DE(CRIBE rtsp://a/ RTSP/1.0\r\n\r\n")]
    [InlineData("DESCRIBE rtsp://a/ b RTSP/1.0\r\n\r\n")]
    [InlineData("DESCRIBE rtsp://a@b/ RTSP/1.0\r\n\r\n")]
    [InlineData("DESCRIBE rtsp:/// RTSP/1.0\r\n\r\n")]
    [InlineData("SOURCE /live HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("SOURCE /live HTTP/1.0\r\nHost : a\r\n\r\n")]
    [InlineData("SOURCE /live HTTP/1.0\r\nA: b\r\n c\r\n\r\n")]
    [InlineData("SOURCE /live HTTP/1.0\r\nA: b\nC: d\r\n\r\n")]
    [InlineData("SOURCE /live HTTP/1.0\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("SOURCE /live HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("SOURCE /live HTTP/1.0\r\nHost: a..b\r\n\r\n")]
    [InlineData("SOURCE /live FTP/1.0\r\n\r\n")]
    public void WhatIsAlmostOne_IsMalformed(string text) => Assert.Equal(StreamingHeadStatus.Malformed, Read(text, out _));

    [Fact]
    public void AnyBytes_AreReadOrRefused() => Gen.Char['\0', '\u007f'].Array[0, 80].Sample(static tail =>
        Assert.NotEqual(StreamingHeadStatus.Other, Read("SOURCE /live HTTP/1.0\r\n" + new string(tail), out _)));

    private static StreamingHeadStatus Read(string text, out StreamingHead? head) => StreamingHeadReader.Read(Encoding.Latin1.GetBytes(text), rtsp: true, source: true, 8192, out head);
}
