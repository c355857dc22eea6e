using Microsoft.Extensions.Configuration;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Tests.Hosting;

public sealed class ConfigurationTests
{
    [Fact]
    public void Validate_Faulty_NamesEveryFaultAtOnce()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Listener:Endpoints:0:Address"] = "nonsense",
            ["Listener:TrustedProxies:0"] = "x",
            ["Storage:Directory"] = "relative",
            ["Storage:ConnectionString"] = "Host=x",
            ["Storage:Typo"] = "1",
            ["Dns:Resolvers:0"] = "x",
            ["Network:Containers"] = "10.0.0.0/30",
            ["Authentication:ArgonPasses"] = "0",
            ["Metrics:RawRetention"] = "00:00:01",
            ["Unknown:Section"] = "1",
        }).Build();
        var settings = ApiConfiguration.Validate(configuration).Select(static fault => fault.Setting).ToList();
        Assert.Equal(["Authentication:ArgonPasses", "Dns:Resolvers:0", "Listener:Endpoints:0:Address", "Listener:TrustedProxies:0", "Metrics:RawRetention", "Network:Containers", "Storage", "Unknown"], settings.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Validate_Defaults_AreGood() => Assert.Empty(ApiConfiguration.Validate(new ConfigurationBuilder().Build()));

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("--config")]
    [InlineData("--Storage:Directory")]
    public void Arguments_Wrong_AreSaid(string argument) => Assert.NotNull(ApiArguments.Parse([argument]).Fault);
}
