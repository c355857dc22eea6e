using System.Text;
using CsCheck;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Emperor.Tests.Control;

public sealed class EmperorMessageTests
{
    [Fact]
    public void TryRead_WhatWasWritten_IsTheSame() =>
        Gen.Select(Gen.String[1, 50], Gen.String[0, 50], Gen.Int, Gen.Long).Sample(static (type, text, number, request) =>
        {
            // JSON has no lone surrogates.
            var clean = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(type));
            var message = new EmperorMessage { Type = clean, Name = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), Pid = number, Request = request };
            Assert.Equal(message, EmperorMessage.TryRead(message.Write()));
        });

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"v":2,"type":"say"}""")]
    [InlineData("""{"v":1,"type":""}""")]
    [InlineData("""{"v":1,"type":"say" """)]
    [InlineData("""{"v":1,"type":"say","pid":"x"}""")]
    [InlineData("null")]
    public void TryRead_NotAMessage_IsNull(string text) => Assert.Null(EmperorMessage.TryRead(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void TryRead_UnknownMembers_ArePassedOver() => Assert.Equal("say", EmperorMessage.TryRead("""{"v":1,"type":"say","later":[1]}"""u8)?.Type);

    [Fact]
    public void TryRead_LongerThanTheLimit_IsNull() => Assert.Null(EmperorMessage.TryRead(new EmperorMessage { Type = "say", Text = new string('x', EmperorMessage.MaxBytes) }.Write()));
}
