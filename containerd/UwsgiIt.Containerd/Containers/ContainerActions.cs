using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Alarms;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Emperors;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Containerd.Launch;
using UwsgiIt.Containerd.Network;
using UwsgiIt.Containerd.Quotas;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Containers;

/// <summary>What is done to containers, each action whole: it leaves the container as named, or throws and leaves no process.</summary>
internal sealed class ContainerActions(
    CgroupHierarchy cgroups,
    ContainerLauncher launcher,
    StartDescriptions descriptions,
    DiskQuotas quotas,
    RecordStore records,
    ExitWatcher exits,
    EmperorLinks emperors,
    KernelEvents kernel,
    ContainerNetwork network,
    UserNamespaces userNamespaces,
    IOptions<StartOptions> options,
    TimeProvider time) : IDisposable
{
    private const int SigTerm = 15;
    private const int SigKill = 9;

    private readonly SemaphoreSlim _starting = new(options.Value.Parallel);

    /// <summary>Longest pause; what ran for longer than that starts with a clean slate.</summary>
    public TimeSpan MaxBackOff => options.Value.MaxBackOff;

    /// <summary>Pause after so many failures in a row.</summary>
    public TimeSpan BackOff(int failures) =>
        failures > 16 ? options.Value.MaxBackOff : TimeSpan.FromTicks(Math.Min(options.Value.MaxBackOff.Ticks, options.Value.BackOff.Ticks << failures));

    public async Task<RunningContainer> StartAsync(ContainerDefinition definition, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            var cgroup = cgroups.Of(definition.Uid);
            await cgroup.CreateAsync(CgroupLimits.Of(definition), cancellationToken);
            quotas.Prepare(definition);
            Pidfd? process = null;
            try
            {
                using var users = userNamespaces.TryMake(definition);
                process = await launcher.StartAsync(descriptions.Make(definition, cgroup, users), users, cgroup, started => network.Attach(definition, started), cancellationToken);
                var record = RecordOf(definition, process) with { IdBase = users?.IdBase };
                records.Write(record);
                emperors.Connect(definition.Uid);
                kernel.Begin(definition, cgroup);
                return new RunningContainer(record, process, exits.Watch(process), Adopted: false);
            }
            catch
            {
                // Without a record no later daemon would know it.
                process?.TrySignal(SigKill);
                network.Detach(definition.Uid);
                userNamespaces.Release(definition.Uid);
                throw;
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Brings the limits of a living container to a new definition, and its record too.</summary>
    public RunningContainer ApplyLimits(RunningContainer running, ContainerDefinition definition)
    {
        cgroups.Of(definition.Uid).Apply(CgroupLimits.Of(definition));
        kernel.Begin(definition, cgroups.Of(definition.Uid));
        quotas.Prepare(definition);
        network.Change(definition);
        var record = running.Record with { Definition = definition, DefinitionHash = RecordStore.Hash(definition) };
        records.Write(record);
        return running with { Record = record };
    }

    /// <summary>Asks pid 1 to stop, and after a time kills the whole cgroup. True when asking was enough.</summary>
    public async Task<bool> StopAsync(RunningContainer running, CancellationToken cancellationToken)
    {
        running.Process.TrySignal(SigTerm);
        var polite = true;
        try
        {
            await running.Exit.WaitAsync(options.Value.StopTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            polite = false;
            await cgroups.Of(running.Record.Uid).KillAsync(cancellationToken);
            running.Process.TrySignal(SigKill);
            await running.Exit.WaitAsync(cancellationToken);
        }

        await CleanUpAsync(running, cancellationToken);
        return polite;
    }

    /// <summary>Removes what an ended container leaves: sessions' processes, its cgroup, its record.</summary>
    public async Task CleanUpAsync(RunningContainer running, CancellationToken cancellationToken)
    {
        emperors.Disconnect(running.Record.Uid);
        kernel.End(running.Record.Uid);
        network.Detach(running.Record.Uid);
        userNamespaces.Release(running.Record.Uid);
        await RemoveCgroupAsync(running.Record.Uid, cancellationToken);
        File.Delete(launcher.ControlPath(running.Record.Uid));
        records.Remove(running.Record.Uid);
        running.Process.Dispose();
    }

    /// <summary>Kills what is in a container's cgroup and removes it.</summary>
    public async Task RemoveCgroupAsync(uint uid, CancellationToken cancellationToken)
    {
        var cgroup = cgroups.Of(uid);
        await cgroup.KillAsync(cancellationToken);
        await cgroup.RemoveAsync(cancellationToken);
    }

    /// <summary>The container is no longer this host's: its limits go, its home stays until somebody decides about it.</summary>
    public async Task ForgetAsync(uint uid, CancellationToken cancellationToken)
    {
        await RemoveCgroupAsync(uid, cancellationToken);
        quotas.Forget(uid);
        records.Remove(uid);
    }

    public void Dispose() => _starting.Dispose();

    private ContainerRecord RecordOf(ContainerDefinition definition, Pidfd process) => new()
    {
        Uid = definition.Uid,
        BootId = ProcessFacts.BootId(),
        ProcessId = process.ProcessId,
        StartTicks = ProcessFacts.StartTicks(process.ProcessId) ?? throw new IOException("pid 1 ended at once"),
        Namespaces = ProcessFacts.Namespaces(process.ProcessId),
        Started = time.GetUtcNow(),
        Definition = definition,
        DefinitionHash = RecordStore.Hash(definition),
    };
}
