using System.Text;
using CsCheck;
using UwsgiIt.Comparison;
using UwsgiIt.Comparison.Planning;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Bench.Tests.Planning;

public sealed class PlannedMixTests
{
    [Fact]
    public void File_WithEverything_IsRead()
    {
        var mix = PlannedMix.Parse("""
            { "name": "shop", "requestsPerSecond": 900, "connections": 5000, "tlsConnections": 20000, "requests": [
              { "weight": 8, "responseBytes": 20480, "tls": true, "upstream": "uwsgi" },
              { "weight": 1, "requestBytes": 65536, "tls": true, "connection": "new", "key": "rsa" },
              { "requestBytes": 64, "protocol": "webSocket" } ] }
            """u8);

        Assert.Equal("shop", mix.Name);
        Assert.Equal(new PlannedRequest(8, 20480, Upstream: Upstream.Uwsgi, Tls: true), mix.Requests[0]);
        Assert.Equal(new TrafficItem("/20480", 8, "GET", "uwsgi.bench.example", 0, LoadProtocol.Http1, true, true, true), mix.Requests[0].ToItem());
        Assert.Equal(new TrafficItem("/", 1, "POST", "rsa.bench.example", 65536, LoadProtocol.Http1, true, false, false), mix.Requests[1].ToItem());
        Assert.Equal(0.8, mix.Shares.First().Share, 6);
    }

    [Theory]
    [InlineData("{}", "no requests")]
    [InlineData("null", "no requests")]
    [InlineData("""{"requests":[null]}""", "missing")]
    [InlineData("""{"requests":[{"weight":0}]}""", "weight")]
    [InlineData("""{"requests":[{"responseBytes":67108865}]}""", "responseBytes")]
    [InlineData("""{"requests":[{"requestBytes":-1}]}""", "requestBytes")]
    [InlineData("""{"requests":[{"protocol":"http2"}]}""", "protocol")]
    [InlineData("""{"requests":[{"connection":"resumed"}]}""", "connection")]
    [InlineData("""{"requests":[{"key":"rsa"}]}""", "key")]
    [InlineData("""{"requests":[{"protocol":"webSocket","upstream":"uwsgi"}]}""", "upstream")]
    [InlineData("""{"requests":[{}],"requestsPerSecond":-1}""", "requestsPerSecond")]
    [InlineData("""{"requests":[{"upstream":"gopher"}]}""", "upstream")]
    [InlineData("""{"requests":[{}],"rate":3}""", "rate")]
    public void Fault_IsNamed(string json, string named)
    {
        var fault = Assert.Throws<ArgumentException>(() => PlannedMix.Parse(Encoding.UTF8.GetBytes(json)));

        Assert.Contains(named, fault.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void AnyBytes_AreAMixOrAFault()
    {
        var whole = """{"name":"a","requestsPerSecond":1,"requests":[{"weight":8,"responseBytes":20480,"tls":true,"upstream":"uwsgi"},{"connection":"new","key":"rsa","tls":true}]}"""u8.ToArray();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, value, length) =>
        {
            var bytes = whole.ToArray();
            bytes[at] = value;
            try
            {
                return PlannedMix.Parse(bytes.AsSpan(0, length)).Requests.All(static request => request.Fault is null);
            }
            catch (ArgumentException)
            {
                return true;
            }
        }, seed: "0000KOIKS0y3", iter: 2_000);
    }

    [Fact]
    public void HeldOutMixes_AreTenAndNotFittedTo()
    {
        Assert.Equal(10, CalibrationSet.HeldOut.Count);
        Assert.All(CalibrationSet.HeldOut.Concat(CalibrationSet.Fitted), static mix => Assert.All(mix.Requests, static request => Assert.Null(request.Fault)));
        Assert.All(CalibrationSet.HeldOut, static held => Assert.DoesNotContain(CalibrationSet.Fitted, mix => mix.Requests.SequenceEqual(held.Requests)));

        // Every primitive is measured by something.
        Assert.All(Enum.GetValues<Primitive>(), static primitive => Assert.Contains(CalibrationSet.Fitted, kind => Primitives.Of(kind)[(int)primitive] > 0));
    }
}
