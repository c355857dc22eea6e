using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Definitions;
using UwsgiIt.Containerd.Launch;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.Tests;

public sealed class DefinitionTests
{
    private const string Good = """{ "uid": 30001, "name": "shop", "distro": "debian-12", "memory": 134217728, "storage": 104857600 }""";

    [Fact]
    public void Text_WithWhatIsNeeded_IsADefinition_WithDefaults()
    {
        var definition = Read(Good, out var faults);
        Assert.Empty(faults);
        Assert.Equal((1024, 100, 90, 60, 10_000L), (definition!.Pids, definition.CpuWeight, definition.MemoryAlarm, definition.AlarmFreq, definition.InodeLimit()));
    }

    [Theory]
    [InlineData("uid", "29999", "uid")]
    [InlineData("uid", "60100", "uid")]
    [InlineData("uid", "65534", "uid")]
    [InlineData("uid", "524288", "uid")]
    [InlineData("name", "\"a\\nb\"", "name")]
    [InlineData("name", "null", "null")]
    [InlineData("distro", "\"../x\"", "distro")]
    [InlineData("distro", "\".\"", "distro")]
    [InlineData("memory", "1", "memory")]
    [InlineData("storage", "-1", "storage")]
    [InlineData("pids", "0", "pids")]
    [InlineData("cpu_max", "-1", "cpu_max")]
    [InlineData("alarm_freq", "1", "alarm_freq")]
    [InlineData("private_key", "\"secret\"", "private_key")]
    [InlineData("ssh_keys", "[\"command=\\\"x\\\" ssh-rsa AAAA\"]", "ssh_keys")]
    [InlineData("ssh_keys", "[\"ssh-rsa AAAA\\nssh-rsa BBBB\"]", "ssh_keys")]
    [InlineData("links", "[30001]", "links")]
    [InlineData("loopboxes", "[{\"id\":1,\"filename\":\"../x\",\"mountpoint\":\"m\"}]", "loopboxes")]
    [InlineData("loopboxes", "[{\"id\":1,\"filename\":\"a//b\",\"mountpoint\":\"m\"}]", "loopboxes")]
    [InlineData("loopboxes", "[{\"id\":1,\"filename\":\"a\",\"mountpoint\":\"etc\"}]", "loopboxes")]
    [InlineData("loopboxes", "[{\"id\":1,\"filename\":\"a;reboot\",\"mountpoint\":\"m\"}]", "loopboxes")]
    [InlineData("loopboxes", "[{\"id\":1,\"filename\":\"a$(id)\",\"mountpoint\":\"m\"}]", "loopboxes")]
    [InlineData("loopboxes", "[{\"id\":1,\"filename\":\"-o\",\"mountpoint\":\"a b\"}]", "loopboxes")]
    [InlineData("alarms", "{\"webhook\":\"https://a.example.com/\\nexec-as-root = id\"}", "webhook")]
    [InlineData("alarms", "{\"slack_webhook\":\"file:///etc/shadow\"}", "slack_webhook")]
    [InlineData("alarms", "{\"mail\":\"a@example.com\\nBcc: b@example.com\"}", "mail")]
    [InlineData("public_key", "\"-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----\\nexec-as-root = id\"", "public_key")]
    [InlineData("custom_distro", "{\"store\":30002,\"path\":\"x\"}", "distro")]
    [InlineData("shell", "1", "shell")]
    public void Text_WithAFault_IsRefused_AndTheFaultNamed(string name, string value, string expected)
    {
        var text = JsonNode.Parse(Good)!;
        text[name] = JsonNode.Parse(value);
        Assert.Null(Read(text.ToJsonString(), out var faults));
        Assert.Contains(expected, string.Join(' ', faults), StringComparison.Ordinal);
    }

    [Fact]
    public void AllFaults_AreNamedAtOnce()
    {
        Read("""{ "uid": 1, "name": "", "memory": 1, "storage": 1 }""", out var faults);
        Assert.True(faults.Count >= 5, string.Join('\n', faults));
    }

    [Fact]
    public void AnyBytes_AreRefusedOrGood_NeverAnException() =>
        Gen.OneOf(Gen.Byte.Array[0, 300], Gen.Int[0, Good.Length - 1].Select(Gen.Byte, static (at, value) =>
        {
            var text = Encoding.UTF8.GetBytes(Good);
            text[at] = value;
            return text;
        })).Sample(static text =>
        {
            var definition = DefinitionReader.Read(text, out var faults);
            Assert.Equal(definition is null, faults.Count > 0);
        });

    [Fact]
    public void Schema_KnowsEveryMember_AndNoOther()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Captures.SourceRoot, "deploy", "config", "container.schema.json")))!;
        var members = ContainerJson.Default.ContainerDefinition.Properties;
        Assert.Equal(members.Select(static member => member.Name).Order(StringComparer.Ordinal), schema["properties"]!.AsObject().Select(static pair => pair.Key).Order(StringComparer.Ordinal));
        Assert.Equal(members.Where(static member => member.IsRequired).Select(static member => member.Name).Order(StringComparer.Ordinal), schema["required"]!.AsArray().Select(static name => (string)name!).Order(StringComparer.Ordinal));
        Assert.False((bool)schema["additionalProperties"]!);
    }

    [Theory]
    [InlineData("memory", "268435456", false)]
    [InlineData("pids", "10", false)]
    [InlineData("ssh_keys", "[]", false)]
    [InlineData("quota_threshold", "10", false)]
    [InlineData("name", "\"other\"", true)]
    [InlineData("distro", "\"debian-13\"", true)]
    [InlineData("dmz", "true", false)]
    [InlineData("nofollow", "true", true)]
    [InlineData("reboot", "2", true)]
    public void Change_NeedsARestart_OnlyOfWhatIsMadeAtTheStart(string name, string value, bool expected)
    {
        var text = JsonNode.Parse(Good)!;
        text[name] = JsonNode.Parse(value);
        Assert.Equal(expected, DefinitionChanges.NeedRestart(Read(Good, out _)!, Read(text.ToJsonString(), out _)!));
    }

    [Theory]
    [InlineData("shop", "shop")]
    [InlineData("my shop_1.example", "my-shop-1-example")]
    [InlineData("ü", "-")]
    public void HostName_IsThePlatforms(string name, string expected) => Assert.Equal(expected, StartDescriptions.HostNameOf(name));

    [Fact]
    public void HostName_FitsTheKernel() => Assert.Equal(64, StartDescriptions.HostNameOf(new string('a', 200)).Length);

    private static ContainerDefinition? Read(string text, out IReadOnlyList<string> faults) => DefinitionReader.Read(Encoding.UTF8.GetBytes(text), out faults);
}
