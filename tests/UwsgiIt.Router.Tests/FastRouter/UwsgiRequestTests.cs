using System.Text;
using CsCheck;
using UwsgiIt.Protocol.Packets;
using UwsgiIt.Router.FastRouter;

namespace UwsgiIt.Router.Tests.FastRouter;

public sealed class UwsgiRequestTests
{
    private static readonly Gen<string> Name = Gen.String[Gen.Char["ABCXYZ019"], 1, 12];
    private static readonly Gen<string> Value = Gen.String[Gen.Char[' ', '~'], 0, 40];

    [Fact]
    public void Headers_AreWhatTheVariablesSay() => Gen.Select(Name, Value).Array[0, 20].Sample(static variables =>
    {
        var buffer = new byte[65_535];
        var writer = new UwsgiVarWriter(buffer);
        foreach (var (name, value) in variables)
        {
            Assert.True(writer.TryWrite(Encoding.ASCII.GetBytes("HTTP_X_" + name), value.AsSpan()));
        }

        var request = UwsgiRequest.Read(buffer.AsMemory(0, writer.Written));
        Assert.NotNull(request);
        foreach (var group in variables.GroupBy(static variable => variable.Item1))
        {
            // The last one wins, as in a real uWSGI.
            Assert.Equal(group.Last().Item2, request.Headers["X-" + group.Key].ToString());
        }
    });

    [Fact]
    public void AnyBytes_AreReadOrRefused() => Gen.Byte.Array[0, 300].Sample(static bytes =>
    {
        var request = UwsgiRequest.Read(bytes);
        Assert.True(request is null || request.Block.Length == bytes.Length);
    });

    [Theory]
    [InlineData("/a b/c?d", "", "/a%20b/c%3Fd")]
    [InlineData("/a", "b=c", "/a?b=c")]
    public void Target_IsMadeOfThePath_WhereNoneWasSaid(string path, string query, string target)
    {
        var buffer = new byte[200];
        var writer = new UwsgiVarWriter(buffer);
        Assert.True(writer.TryWrite("PATH_INFO"u8, path.AsSpan()) && writer.TryWrite("QUERY_STRING"u8, query.AsSpan()));
        Assert.Equal(target, UwsgiRequest.Read(buffer.AsMemory(0, writer.Written))!.Target);
    }

    [Fact]
    public void TooManyVariables_AreRefused()
    {
        var one = Encoding.Latin1.GetBytes("\u0001\0A\0\0");
        Assert.NotNull(UwsgiRequest.Read(Enumerable.Repeat(one, UwsgiRequest.MaxVariables).SelectMany(static record => record).ToArray()));
        Assert.Null(UwsgiRequest.Read(Enumerable.Repeat(one, UwsgiRequest.MaxVariables + 1).SelectMany(static record => record).ToArray()));
    }
}
