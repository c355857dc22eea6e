using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Http;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Tests.Forwarding;

public sealed class ResponseHeadReaderTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200)]
    [InlineData("HTTP/1.0 404\r\n\r\n", 404)]
    [InlineData("HTTP/1.1 200 \r\nA:b\r\n\r\n", 200)]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 999 OK\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", 0)]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200)]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\n: b\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\r\nnocolon\r\n\r\n", 0)]
    [InlineData("HTTP/1.1 200 OK\nA: b\n\r\n\r\n", 0)]
    [InlineData("Status: 200 OK\r\n\r\n", 0)]
    public void Http_Head_IsTakenOrRefused(string head, int status) => AssertStatus(head, isHttp: true, status);

    [Theory]
    [InlineData("Status: 201 Made\r\n\r\n", 201)]
    [InlineData("Content-Type: text/plain\r\n\r\n", 200)]
    [InlineData("Location: /x\r\n\r\n", 302)]
    [InlineData("HTTP/2.0 204 No Content\r\n\r\n", 204)]
    [InlineData("Status: 200\nContent-Type: text/plain\n\n", 200)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n", 0)]
    [InlineData("Status: abc\r\n\r\n", 0)]
    public void Cgi_Head_IsTakenOrRefused(string head, int status) => AssertStatus(head, isHttp: false, status);

    [Fact]
    public void Head_HopByHopAndNominatedHeaders_DoNotPass()
    {
        var headers = new HeaderDictionary();
        var head = "HTTP/1.1 200 OK\r\nConnection: close, X-Secret\r\nX-Secret: 1\r\nKeep-Alive: 5\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n"u8;
        Assert.True(ResponseHeadReader.TryRead(head, isHttp: true, 100, headers, out var result));
        Assert.False(result.KeepsAlive);
        Assert.Equal(["Set-Cookie"], headers.Keys);
        Assert.Equal("a,b", headers["Set-Cookie"].ToString());
    }

    [Fact]
    public void Head_TooManyHeaders_IsRefused()
    {
        var head = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 11).Select(index => $"A{index}: b\r\n")) + "\r\n");
        Assert.False(ResponseHeadReader.TryRead(head, isHttp: true, 10, new HeaderDictionary(), out _));
        Assert.True(ResponseHeadReader.TryRead(head, isHttp: true, 11, new HeaderDictionary(), out _));
    }

    [Fact]
    public void Head_AnyBytes_NeverThrows() => Gen.Select(Gen.Byte.Array[0, 200], Gen.Bool).Sample((bytes, isHttp) =>
    {
        byte[] head = [.. "HTTP/1.1 200 OK\r\n"u8, .. bytes, .. "\r\n\r\n"u8];
        var end = ResponseHeadReader.FindEnd(head, !isHttp);
        Assert.InRange(end, 1, head.Length);
        ResponseHeadReader.TryRead(head.AsSpan(0, end), isHttp, 100, new HeaderDictionary(), out _);
    });

    private static void AssertStatus(string text, bool isHttp, int status)
    {
        var head = Encoding.Latin1.GetBytes(text);
        var end = ResponseHeadReader.FindEnd(head, allowBareLineFeed: !isHttp);
        var isRead = ResponseHeadReader.TryRead(head.AsSpan(0, Math.Max(end, 0)), isHttp, 100, new HeaderDictionary(), out var result);
        Assert.Equal(status, isRead ? result.StatusCode : 0);
    }
}
