using System.Text;
using CsCheck;

namespace UwsgiIt.Linux.Tests;

public sealed class FileRequestTests
{
    [Fact]
    public void WhatIsWritten_IsRead() => Gen.Select(Gen.UInt, Gen.String[Gen.Char['!', '\uD7FF'], 0, 100]).Sample((uid, rest) =>
    {
        var request = new FileRequest(uid, "/" + rest);
        Assert.True(FileRequest.TryRead(request.Write(), out var read));
        Assert.Equal(request, read);
    });

    [Fact]
    public void WhateverComes_IsReadAsItWasWritten_OrNotAtAll() => Gen.Byte[(byte)' ', (byte)'a'].Array[0, 30].Sample(message =>
    {
        if (FileRequest.TryRead(message, out var request))
        {
            Assert.Equal(message, request.Write());
        }
    });

    [Theory]
    [InlineData("")]
    [InlineData("30001")]
    [InlineData("30001 ")]
    [InlineData(" /x")]
    [InlineData("030001 /x")]
    [InlineData("-1 /x")]
    [InlineData("99999999999 /x")]
    [InlineData("30001 x")]
    [InlineData("30001 /x\0y")]
    [InlineData("30001 /x\ny")]
    public void AnythingElse_IsRefused(string message) => Assert.False(FileRequest.TryRead(Encoding.UTF8.GetBytes(message), out _));
}
