using System.Text;
using CsCheck;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Bench.Tests.LoadTest;

public sealed class Http1AnswerTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, false)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length:0\r\nConnection: Close\r\n\r\n", 200, true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, false)]
    [InlineData("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx", 404, false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1F;ext=1\r\n0123456789012345678901234567890\r\n0\r\nTrailer: x\r\n\r\n", 200, false)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, true)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, true)]
    public void Answer_HoweverItArrives_IsReadWhole(string text, int status, bool isLast) => Gen.Int[1, text.Length].Array[1, 8].Sample(pieces =>
    {
        var answer = new Http1Answer(new PiecewiseStream(Encoding.ASCII.GetBytes(text), pieces), new byte[256]);

        var bytes = answer.ReadAsync(isHead: false, CancellationToken.None).AsTask().GetAwaiter().GetResult();

        return bytes == text.Length && answer.Status == status && answer.IsLast == isLast;
    }, seed: "0000KOIKS0y3", iter: 200);

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n")]
    public async Task Fault_IsAFailure(string text)
    {
        var answer = new Http1Answer(new PiecewiseStream(Encoding.ASCII.GetBytes(text), [4]), new byte[256]);

        var fault = await Record.ExceptionAsync(() => answer.ReadAsync(isHead: false, CancellationToken.None).AsTask());

        Assert.True(fault is IOException or InvalidDataException, fault?.ToString());
    }

    private sealed class PiecewiseStream(byte[] bytes, int[] pieces) : MemoryStream(bytes)
    {
        private int _next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieces[_next++ % pieces.Length])], cancellationToken);
    }
}
