using System.Globalization;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Emperors;

/// <summary>
/// A group within a container's for one vassal, so that the greedy one dies alone; in version 2 with all its processes.
/// </summary>
internal static class VassalGroups
{
    private const long MinMemory = 1024 * 1024;

    /// <summary>Null when the process is in its group, limits read back; else why not.</summary>
    public static string? TryPlace(ContainerCgroup cgroup, string name, int innerPid, long? memory, int? cpuWeight, Action<CgroupDirectory> made)
    {
        if (!DefinitionFaults.IsPlainName(name) || memory is < MinMemory || cpuWeight is < 1 or > 10_000)
        {
            return $"the name is not plain, memory is below {MinMemory}, or cpu_weight is not 1 to 10000";
        }

        if (cgroup.Directory("memory") is not { } ofMemory || cgroup.Directory("cpu") is not { } ofCpu)
        {
            return "this host has no cgroup controllers memory and cpu";
        }

        if (FindOuter(cgroup, innerPid) is not { } pid)
        {
            return $"process {innerPid} is not in the container";
        }

        try
        {
            if (ofMemory.Version == 2)
            {
                PlaceUnified(Make(ofMemory, name), pid, memory, cpuWeight);
                return null;
            }

            if (memory is { } bytes)
            {
                var isNew = !Directory.Exists(PathOf(ofMemory, name));
                var group = Make(ofMemory, name);
                if (isNew)
                {
                    made(group);
                }

                group.SetNumber("memory.limit_in_bytes", bytes, Environment.SystemPageSize);
                group.Write("cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
            }

            if (cpuWeight is { } weight)
            {
                var group = Make(ofCpu, name);
                group.SetNumber("cpu.shares", Math.Max(2, weight * 1024L / 100));
                group.Write("cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
            }

            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    /// <summary>What happens in it is told by the container's own memory.events, which count for everything below.</summary>
    private static void PlaceUnified(CgroupDirectory group, int pid, long? memory, int? cpuWeight)
    {
        if (memory is { } bytes)
        {
            group.SetNumber("memory.max", bytes, Environment.SystemPageSize);
            group.Set("memory.oom.group", "1");
        }

        if (cpuWeight is { } weight)
        {
            group.SetNumber("cpu.weight", weight);
        }

        group.Write("cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
    }

    private static string PathOf(CgroupDirectory parent, string name) => $"{parent.Path}/vassal-{name}";

    private static CgroupDirectory Make(CgroupDirectory parent, string name)
    {
        var path = PathOf(parent, name);
        Directory.CreateDirectory(path);
        return new CgroupDirectory(path, parent.Version);
    }

    /// <summary>Our number of a process that the container knows by another (NSpid of proc_pid_status(5), the last one).</summary>
    private static int? FindOuter(ContainerCgroup cgroup, int innerPid)
    {
        var wanted = innerPid.ToString(CultureInfo.InvariantCulture);
        foreach (var pid in cgroup.Processes())
        {
            try
            {
                var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(static line => line.StartsWith("NSpid:", StringComparison.Ordinal));
                if (line?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is { Length: >= 3 } fields && fields[^1] == wanted)
                {
                    return pid;
                }
            }
            catch (IOException)
            {
                // It ended as we looked.
            }
        }

        return null;
    }
}
