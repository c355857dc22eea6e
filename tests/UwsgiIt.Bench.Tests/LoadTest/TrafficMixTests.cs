using System.Text;
using CsCheck;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Bench.Tests.LoadTest;

public sealed class TrafficMixTests
{
    [Fact]
    public void File_WithEverything_IsRead()
    {
        var mix = TrafficMix.Parse("""
            [
              // The home page.
              { "path": "/", "weight": 3 },
              { "path": "/upload?x=1", "method": "POST", "bodyBytes": 65536, "host": "www.example.com", "tls": true, "keepAlive": false, "resume": false },
              { "path": "/echo", "protocol": "webSocket", "bodyBytes": 64 },
            ]
            """u8);

        Assert.Equal(3, mix.Items.Count);
        Assert.Equal(new TrafficItem("/upload?x=1", 1, "POST", "www.example.com", 65536, null, true, false, false), mix.Items[1]);
        Assert.Equal(LoadProtocol.WebSocket, mix.Items[2].Protocol);
        Assert.Equal(0.6, mix.ShareOf(mix.Items[0]), 3);
    }

    [Theory]
    [InlineData("[]", "no items")]
    [InlineData("[{}]", "path")]
    [InlineData("[null]", "missing")]
    [InlineData("""[{"path":"x"}]""", "path")]
    [InlineData("""[{"path":"/a b"}]""", "path")]
    [InlineData("""[{"path":"/\r\nHost: x"}]""", "path")]
    [InlineData("""[{"path":"/","weight":0}]""", "weight")]
    [InlineData("""[{"path":"/","bodyBytes":-1}]""", "bodyBytes")]
    [InlineData("""[{"path":"/","bodyBytes":67108865}]""", "bodyBytes")]
    [InlineData("""[{"path":"/","method":"get"}]""", "method")]
    [InlineData("""[{"path":"/","host":"a\r\nb"}]""", "host")]
    [InlineData("""[{"path":"/","protocol":"gopher"}]""", "protocol")]
    [InlineData("""[{"path":"/","protocol":"http2","keepAlive":false}]""", "keepAlive")]
    [InlineData("""[{"path":"/","wieght":2}]""", "wieght")]
    [InlineData("{", "mix")]
    public void Fault_IsNamed(string json, string named)
    {
        var fault = Assert.Throws<ArgumentException>(() => TrafficMix.Parse(Encoding.UTF8.GetBytes(json)));

        Assert.Contains(named, fault.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void AnyBytes_AreAMixOrAFault()
    {
        var whole = """[{"path":"/","weight":3,"method":"POST","host":"a","bodyBytes":1,"protocol":"http1","tls":true,"keepAlive":false,"resume":true}]"""u8.ToArray();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, value, length) =>
        {
            var bytes = whole.ToArray();
            bytes[at] = value;
            try
            {
                return TrafficMix.Parse(bytes.AsSpan(0, length)).Items.All(static item => item.Fault is null);
            }
            catch (ArgumentException)
            {
                return true;
            }
        }, seed: "0000KOIKS0y3", iter: 2_000);
    }

    [Fact]
    public void Choose_FollowsTheWeights()
    {
        var mix = new TrafficMix([new TrafficItem("/a", 1), new TrafficItem("/b", 2), new TrafficItem("/c", 1)]);

        Assert.Equal("/a", mix.Choose(0).Path);
        Assert.Equal("/a", mix.Choose(0.2499).Path);
        Assert.Equal("/b", mix.Choose(0.25).Path);
        Assert.Equal("/b", mix.Choose(0.7499).Path);
        Assert.Equal("/c", mix.Choose(0.75).Path);
        Assert.Equal("/c", mix.Choose(0.999999).Path);
    }
}
