using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Agents;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Tests.Agents;

public sealed class ServiceDefinitionsTests
{
    [Fact]
    public void Text_ThatIsADefinition_BecomesAContainerOfTheCustomersWithANumberOfOurs()
    {
        var (definition, fault) = ServiceDefinitions.Of(Service("""{"distro": "debian-12", "memory": 67108864, "storage": 67108864, "uid": 30001, "customer": 7, "private_key": "x"}"""));
        Assert.Null(fault);
        Assert.Equal((ContainerLimits.LastUid - 5, "cache", 2L, Key, "debian-12"), (definition!.Uid, definition.Name, definition.Customer, definition.PrivateKey, definition.Distro));
        Assert.Empty(DefinitionFaults.Find(definition));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[uwsgi]\nexec = x")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"distro": "debian-12", "memory": "much", "storage": 1}""")]
    [InlineData("""{"distro": "debian-12", "memory": 67108864, "storage": 67108864, "unknown": 1}""")]
    public void Text_ThatIsNone_IsAFaultAndNoContainer(string config)
    {
        var (definition, fault) = ServiceDefinitions.Of(Service(config));
        Assert.Null(definition);
        Assert.StartsWith("custom service 5: ", fault, StringComparison.Ordinal);
    }

    private const string Key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";

    private static HostService Service(string config) => new() { Id = 5, Customer = 2, Name = "cache", Config = config, PrivateKey = Key };
}
