using System.Reflection;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Definitions;
using UwsgiIt.Containerd.Diagnostics;
using UwsgiIt.Containerd.Emperors;
using UwsgiIt.Containerd.Launch;
using UwsgiIt.Containerd.Network;
using UwsgiIt.Containerd.Quotas;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Containerd.Control;

/// <summary>Puts the reports together, from the kernel's files as they are now.</summary>
internal sealed class ContainerReports(ContainerRegistry registry, CgroupHierarchy cgroups, DiskQuotas quotas, DefinitionWatcher definitions, EmperorLinks emperors, UserNamespaces userNamespaces, TimeProvider time)
{
    public HostReport Host() => new(
        Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0",
        Environment.ProcessId,
        new HostFeatures(cgroups.Layout.Version, [.. cgroups.Controllers.Keys], cgroups.Missing, quotas.Name, quotas.Report, userNamespaces.Report, Landlock.Version, AppArmor.Report, HostSettings.Faults(), Environment.OSVersion.Version.ToString()),
        [.. registry.All.Select(Of)],
        definitions.Faults);

    public ContainerReport Of(HostedContainer container)
    {
        var running = container.Running;
        var definition = running?.Record.Definition ?? container.Wanted;
        return new ContainerReport
        {
            Uid = container.Uid,
            Name = definition?.Name ?? "",
            Phase = container.Phase.ToString().ToLowerInvariant(),
            Fault = container.Fault,
            Held = container.Held,
            ProcessId = running?.Process.ProcessId,
            Adopted = running?.Adopted ?? false,
            Starts = container.Starts,
            Started = running?.Record.Started.ToUnixTimeSeconds(),
            Uptime = running is null ? null : (long)(time.GetUtcNow() - running.Record.Started).TotalSeconds,
            Distro = definition?.Distro ?? (definition?.CustomDistro is { } custom ? $"{custom.Store}/{custom.Path}" : null),
            UserNamespace = running is null ? null : userNamespaces.Of(container.Uid),
            Usage = running is null ? null : UsageOf(container.Uid, running.Process.ProcessId),
            Vassals = emperors.VassalsOf(container.Uid),
        };
    }

    private ContainerUsage? UsageOf(uint uid, int processId)
    {
        try
        {
            var usage = CgroupUsage.Read(cgroups.Of(uid));
            var disk = quotas.Read(uid);
            var traffic = DeviceCounters.Read(processId);
            return usage with { NetworkReceivedBytes = traffic?.Received, NetworkSentBytes = traffic?.Sent, Disk = disk?.Bytes, DiskLimit = disk?.LimitBytes, Inodes = disk?.Inodes, InodesLimit = disk?.LimitInodes };
        }
        catch (IOException)
        {
            // It ended as we looked.
            return null;
        }
    }
}
