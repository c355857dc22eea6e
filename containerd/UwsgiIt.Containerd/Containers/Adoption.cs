using UwsgiIt.Containerd.Alarms;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Emperors;
using UwsgiIt.Containerd.Launch;
using UwsgiIt.Containerd.Network;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Containers;

/// <summary>
/// What a new daemon does with the containers of an earlier one: takes over those whose record is true in every point, and kills the rest through
/// their cgroups.
/// </summary>
internal sealed partial class Adoption(RecordStore records, CgroupHierarchy cgroups, ContainerActions actions, ContainerRegistry registry, ExitWatcher exits, EmperorLinks emperors, KernelEvents kernel, ContainerNetwork network, UserNamespaces userNamespaces, ILogger<Adoption> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var adopted = new HashSet<uint>();
        foreach (var record in records.ReadAll(fault => Log.BadRecord(logger, fault)))
        {
            if (TryAdopt(record, out var running))
            {
                registry.Adopt(running);
                adopted.Add(record.Uid);
                Log.Adopted(logger, record.Uid, record.ProcessId);
            }
            else
            {
                Log.Refused(logger, record.Uid, record.ProcessId);
                records.Remove(record.Uid);
            }
        }

        foreach (var uid in cgroups.Existing().Where(uid => !adopted.Contains(uid)))
        {
            Log.LeftOver(logger, uid);
            await actions.RemoveCgroupAsync(uid, cancellationToken);
        }

        network.Start();
    }

    private bool TryAdopt(ContainerRecord record, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RunningContainer? running)
    {
        running = null;
        var process = Pidfd.TryOpen(record.ProcessId);
        if (process is null)
        {
            return false;
        }

        // The descriptor came first: what is compared now is the process it holds, or one that has ended.
        if (ProcessFacts.Matches(record, process) && cgroups.Of(record.Uid).Contains(File.ReadAllText($"/proc/{record.ProcessId}/cgroup")) && !process.HasExited)
        {
            emperors.Connect(record.Uid);
            kernel.Begin(record.Definition, cgroups.Of(record.Uid));
            network.Adopt(record.Definition, process);
            userNamespaces.Adopt(record.Uid, record.IdBase);
            running = new RunningContainer(record, process, exits.Watch(process), Adopted: true);
            return true;
        }

        process.Dispose();
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.Adopted, LogLevel.Information, "Container {Uid} goes on as process {ProcessId}.")]
        public static partial void Adopted(ILogger logger, uint uid, int processId);

        [LoggerMessage(ContainerdEventIds.AdoptionRefused, LogLevel.Warning, "Container {Uid}: process {ProcessId} is not the one we started.")]
        public static partial void Refused(ILogger logger, uint uid, int processId);

        [LoggerMessage(ContainerdEventIds.LeftOverKilled, LogLevel.Warning, "Container {Uid}: what is left in its cgroup is killed.")]
        public static partial void LeftOver(ILogger logger, uint uid);

        [LoggerMessage(ContainerdEventIds.BadRecord, LogLevel.Warning, "{Fault}")]
        public static partial void BadRecord(ILogger logger, string fault);
    }
}
