using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Launch;

/// <summary>Where a container's distro is: one of the host's, or below a customer's home, where no link is followed.</summary>
internal static class DistroPlace
{
    public static SafeDirectory Open(ContainerDefinition definition, PathOptions host)
    {
        if (definition.CustomDistro is not { } custom)
        {
            return SafeDirectory.OpenTrusted($"{host.DistrosRoot}/{definition.Distro}");
        }

        using var store = SafeDirectory.Open($"{host.ContainersRoot}/{custom.Store}");
        using var distros = store.OpenDirectory("distros");
        return distros.OpenDirectory(custom.Path);
    }
}
