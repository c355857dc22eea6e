using Microsoft.Extensions.Configuration;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Hosting;

namespace UwsgiIt.Containerd.Tests;

public sealed class OptionTests
{
    [Theory]
    [InlineData("Path:ContainersRoot", "relative", "Path:ContainersRoot")]
    [InlineData("Path:Unknown", "x", "Path")]
    [InlineData("Other:X", "x", "Other")]
    [InlineData("Quota:Backend", "magic", "Quota:Backend")]
    [InlineData("Cgroup:Parent", "../x", "Cgroup:Parent")]
    [InlineData("Start:Parallel", "0", "Start:Parallel")]
    [InlineData("Start:StopTimeout", "soon", "Start")]
    [InlineData("Admin:Address", "somewhere", "Admin:Address")]
    [InlineData("Alarm:SpoolFiles", "0", "Alarm:SpoolFiles")]
    [InlineData("Login:Shell", "a:b", "Login:Shell")]
    public void Fault_IsNamedWithItsSetting(string name, string value, string expected) => Assert.Contains(Faults((name, value)), fault => fault.Setting == expected);

    [Fact]
    public void Defaults_HaveNoFault_ButAMissingEmperor() => Assert.DoesNotContain(Faults(), static fault => fault.Setting != "Path:EmperorPath");

    private static IReadOnlyList<OptionFault> Faults(params (string Name, string Value)[] settings) =>
        ContainerdConfiguration.Validate(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(static pair => pair.Name, static pair => (string?)pair.Value)).Build());
}
