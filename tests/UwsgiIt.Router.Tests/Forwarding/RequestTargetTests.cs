using System.Text;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Tests.Forwarding;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a%20b", "/a b")]
    [InlineData("/a/./b/../c", "/a/c")]
    [InlineData("/a/%2e%2e/b", "/b")]
    [InlineData("/%2e%2e/%2e%2e/etc", "/etc")]
    [InlineData("/..", "/")]
    [InlineData("/a/..", "/")]
    [InlineData("/a//b", "/a//b")]
    [InlineData("/a/.hidden", "/a/.hidden")]
    [InlineData("/caf%C3%A9", "/café")]
    [InlineData("*", "*")]
    [InlineData("/%zz", null)]
    [InlineData("/%", null)]
    [InlineData("/%4", null)]
    [InlineData("/a%00b", null)]
    public void Path_IsDecodedOnceAndNormalised(string path, string? expected)
    {
        var buffer = new byte[256];
        var isGood = RequestTarget.TryDecodePath(path, buffer, out var length);
        Assert.Equal(expected, isGood ? Encoding.UTF8.GetString(buffer, 0, length) : null);
    }

    [Theory]
    [InlineData("/a?b", "/a?b")]
    [InlineData("http://host/a?b", "/a?b")]
    [InlineData("http://host", "/")]
    [InlineData("http://host?q", "?q")]
    [InlineData("/a#fragment", "/a")]
    [InlineData("*", "*")]
    public void Target_BecomesOriginForm(string target, string expected) => Assert.Equal(expected, RequestTarget.OriginForm(target).ToString());
}
