using CsCheck;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Loopboxes;

namespace UwsgiIt.Api.Tests.Domains;

public sealed class DomainNameTests
{
    [Theory]
    [InlineData("UP.Example.org.", "up.example.org")]
    [InlineData(".example.org", ".example.org")]
    [InlineData("caffè.example.org", "xn--caff-8oa.example.org")]
    [InlineData("a_b.example.org", "a_b.example.org")]
    [InlineData("localhost", null)]
    [InlineData("example.org..", null)]
    [InlineData("..example.org", null)]
    [InlineData("../x.example.org", null)]
    [InlineData("a b.example.org", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("", null)]
    [InlineData(".", null)]
    [InlineData(null, null)]
    public void Name_IsNormalizedOrRefused(string? text, string? expected)
    {
        Assert.Equal(expected is not null, DomainName.TryNormalize(text, out var name));
        Assert.Equal(expected, name);
    }

    /// <summary>They become file names on hosts.</summary>
    [Fact]
    public void Name_WhateverIsTaken_IsSafeAsAFileNameAndStable() => Gen.String[Gen.Char["abzAZ019.-_/\\ \0\u00e8\u3002%$"], 0, 40].Sample(text =>
    {
        if (DomainName.TryNormalize(text, out var name))
        {
            Assert.All(name, static letter => Assert.True(char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-' or '_'));
            Assert.DoesNotContain("..", name, StringComparison.Ordinal);
            Assert.True(DomainName.TryNormalize(name, out var again) && again == name);
        }
    });

    [Fact]
    public void LoopboxPath_WhateverIsTaken_StaysBelowTheHome() => Gen.String[Gen.Char["ab./\\ ;$\0etc"], 0, 20].Sample(path =>
    {
        if (LoopboxPath.Problem(path, 64) is null)
        {
            Assert.StartsWith("/home/", Path.GetFullPath(Path.Combine("/home", path)), StringComparison.Ordinal);
            Assert.Equal("/home/" + path, Path.GetFullPath(Path.Combine("/home", path)));
        }
    });

    [Fact]
    public void Parents_EndAtTwoLabels() => Assert.Equal(["a.b.example.org", "b.example.org", "example.org"], DomainName.WithParents(".a.b.example.org"));
}
