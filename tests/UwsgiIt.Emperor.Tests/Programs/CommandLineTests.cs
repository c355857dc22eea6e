using CsCheck;
using UwsgiIt.Emperor.Programs;

namespace UwsgiIt.Emperor.Tests.Programs;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("a b  c", "a|b|c")]
    [InlineData("sh -c 'echo \"x\"; exit 1'", "sh|-c|echo \"x\"; exit 1")]
    [InlineData("a\\ b \"c \\\" d\" ''", "a b|c \" d|")]
    [InlineData("'it'\\''s'", "it's")]
    [InlineData("$HOME `x` *", "$HOME|`x`|*")]
    public void TrySplit_LikeAShellsWords(string text, string words)
    {
        Assert.True(CommandLine.TrySplit(text, out var split));
        Assert.Equal(words.Split('|'), split);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a 'b")]
    [InlineData("a \"b")]
    [InlineData("a \\")]
    [InlineData("a \0 b")]
    [InlineData("a \\\0 b")]
    public void TrySplit_Unfinished_IsRefused(string text) => Assert.False(CommandLine.TrySplit(text, out _));

    [Fact]
    public void TrySplit_WhatJoinWrote_IsTheSame() =>
        Gen.String.Array[1, 8].Where(static words => words.All(static word => !word.Contains('\0', StringComparison.Ordinal))).Sample(static words =>
        {
            Assert.True(CommandLine.TrySplit(CommandLine.Join(words), out var split));
            Assert.Equal(words, split);
        });
}
