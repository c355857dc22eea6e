using System.Text.Json.Nodes;
using CsCheck;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;

namespace UwsgiIt.Api.Tests.Legacy;

public sealed class LegacyJsonTests
{
    [Fact]
    public void Write_LooksAsTheOriginal() => Assert.Equal(
        """{"uid": 30001, "name": "caff\u00e8 \"\\\ud83d\ude00\n", "tags": ["a", "b"], "note": null, "ro": true, "empty": []}""",
        LegacyJson.Write(new JsonObject { ["uid"] = 30001, ["name"] = "caffè \"\\😀\n", ["tags"] = new JsonArray("a", "b"), ["note"] = null, ["ro"] = true, ["empty"] = new JsonArray() }));

    [Fact]
    public void Write_AnyText_IsAsciiJsonOfIt() => Gen.String.Where(static text => !text.Any(char.IsSurrogate)).Sample(text =>
    {
        var written = LegacyJson.Write(new JsonArray(text));
        Assert.All(written, static letter => Assert.InRange(letter, ' ', '~'));
        Assert.Equal(text, JsonNode.Parse(written)![0]!.GetValue<string>());
    });

    /// <summary>Whatever comes as a body, it is read or refused, never a failure of ours.</summary>
    [Fact]
    public void Body_AnyBytes_AreReadOrRefused() => Gen.OneOf(Gen.Byte.Array[0, 64], Gen.String[Gen.Char["{}[]\":,\\u0123abcdefnulltrue-.eE "], 0, 64].Select(static text => System.Text.Encoding.UTF8.GetBytes("{\"a\": " + text + "}"))).Sample(bytes =>
    {
        try
        {
            var body = LegacyBody.Parse(bytes);
            _ = body.IsNothing;
            body.AsObject();
            foreach (var read in new Action[] { () => body.Text("a"), () => body.Long("a"), () => body.Flag("a"), () => body.Strings("a"), () => body.Int("a") })
            {
                try
                {
                    read();
                }
                catch (Fault)
                {
                    // Refused, as it may be.
                }
            }
        }
        catch (Fault fault)
        {
            Assert.True(fault.Kind is FaultKind.BadRequest or FaultKind.Forbidden);
        }
    });

    [Theory]
    [InlineData("\"30001\"", 30001)]
    [InlineData("1.9", 1)]
    [InlineData("-1.9", -1)]
    [InlineData("17179869184", 17179869184)]
    [InlineData("true", 1)]
    public void Number_MayBeText(string json, long expected) => Assert.Equal(expected, LegacyBody.Parse(System.Text.Encoding.UTF8.GetBytes($"{{\"a\": {json}}}")).Long("a"));

    [Theory]
    [InlineData("\"x\"")]
    [InlineData("1e30")]
    [InlineData("[]")]
    [InlineData("null")]
    public void Number_Unreadable_IsRefused(string json) => Assert.Throws<Fault>(() => LegacyBody.Parse(System.Text.Encoding.UTF8.GetBytes($"{{\"a\": {json}}}")).Long("a"));
}
