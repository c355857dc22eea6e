using System.Globalization;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Cgroups;

/// <summary>One container's group in every hierarchy.</summary>
internal sealed class ContainerCgroup(CgroupHierarchy hierarchy, uint uid)
{
    private const int Kill9 = 9;

    // In version 2 a group that passes controllers on may have no processes of its own: they are in this one below it, beside those of single vassals.
    private const string Leaf = "main";
    private const string PassedOn = "+memory +cpu";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _name = $"{hierarchy.Parent}/{uid}";

    /// <summary>Its directories, each once.</summary>
    public IEnumerable<string> Directories => hierarchy.Mounts.Select(mount => $"{mount}/{_name}");

    /// <summary>What a container sees of it: directories by the name of their controllers; by the empty name in version 2.</summary>
    public IReadOnlyDictionary<string, string> Visible =>
        hierarchy.Layout.Version == 2
            ? new Dictionary<string, string> { [""] = Path("") }
            : hierarchy.Controllers.Keys.ToDictionary(static name => name, Path);

    /// <summary>The directory of one controller, by its version 1 name; null when the host lacks it.</summary>
    public CgroupDirectory? Directory(string controller)
    {
        if (hierarchy.Layout.Version == 2)
        {
            return new CgroupDirectory(Path(""), 2);
        }

        return hierarchy.Layout.Mounts.ContainsKey(controller) ? new CgroupDirectory(Path(controller), 1) : null;
    }

    public bool Exists => Directories.Any(System.IO.Directory.Exists);

    /// <summary>A new group, never one that was used before: a killed version 2 group kills what is born in it later (seen on 6.18).</summary>
    public async Task CreateAsync(CgroupLimits limits, CancellationToken cancellationToken)
    {
        await KillAsync(cancellationToken);
        await RemoveAsync(cancellationToken);
        foreach (var path in Directories)
        {
            System.IO.Directory.CreateDirectory(path);
        }

        if (hierarchy.Layout.Version == 2)
        {
            new CgroupDirectory(Path(""), 2).Write("cgroup.subtree_control", PassedOn);
            System.IO.Directory.CreateDirectory($"{Path("")}/{Leaf}");
        }

        Apply(limits);
    }

    /// <summary>Sets every limit, of a new or a living group.</summary>
    public void Apply(CgroupLimits limits)
    {
        foreach (var (name, controller) in hierarchy.Controllers)
        {
            controller.Apply(new CgroupDirectory(Path(name), hierarchy.Layout.Version), limits);
        }
    }

    /// <summary>Puts a process in, with all its threads, and sees that it is there.</summary>
    public void Join(int processId)
    {
        foreach (var path in hierarchy.Layout.Version == 2 ? [$"{Path("")}/{Leaf}"] : Directories)
        {
            new CgroupDirectory(path, hierarchy.Layout.Version).Write("cgroup.procs", processId.ToString(CultureInfo.InvariantCulture));
        }

        if (!Contains(File.ReadAllText($"/proc/{processId}/cgroup")))
        {
            throw new CgroupException($"process {processId} is not in {_name} of every hierarchy");
        }
    }

    /// <summary>True when a process whose /proc/PID/cgroup this is lies in the group, in every hierarchy in use.</summary>
    public bool Contains(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(':', 3)).Where(static fields => fields.Length == 3).ToList();
        return hierarchy.Layout.Version == 2
            ? lines.Any(fields => fields[1].Length == 0 && IsOurs(fields[2]))
            : hierarchy.Controllers.Keys.All(name => lines.Any(fields => fields[1].Split(',').Contains(name) && IsOurs(fields[2])));
    }

    /// <summary>Processes in it, by the daemon's numbers.</summary>
    public IReadOnlyCollection<int> Processes()
    {
        var found = new HashSet<int>();
        foreach (var path in Directories.Where(System.IO.Directory.Exists))
        {
            foreach (var file in System.IO.Directory.EnumerateFiles(path, "cgroup.procs", SearchOption.AllDirectories))
            {
                try
                {
                    found.UnionWith(File.ReadLines(file).Select(static line => int.Parse(line, CultureInfo.InvariantCulture)));
                }
                catch (IOException)
                {
                    // The group went as we looked.
                }
            }
        }

        return found;
    }

    /// <summary>Kills everything in it and waits until it is empty.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (Processes() is { Count: > 0 } processes)
        {
            if (Environment.TickCount64 > deadline)
            {
                throw new CgroupException($"{_name} still has processes {string.Join(' ', processes.Take(10))} after SIGKILL");
            }

            if (hierarchy.Layout.Version == 2 && File.Exists(Path("") + "/cgroup.kill"))
            {
                new CgroupDirectory(Path(""), 2).Write("cgroup.kill", "1");
            }
            else
            {
                KillFrozen(processes);
            }

            await Task.Delay(5, cancellationToken);
        }
    }

    /// <summary>Removes an empty group, sub-groups first; the kernel may need a moment after the last process.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        foreach (var path in Directories)
        {
            while (System.IO.Directory.Exists(path))
            {
                try
                {
                    foreach (var below in System.IO.Directory.EnumerateDirectories(path, "*", SearchOption.AllDirectories).OrderByDescending(static name => name.Length))
                    {
                        System.IO.Directory.Delete(below);
                    }

                    System.IO.Directory.Delete(path);
                }
                catch (IOException) when (Environment.TickCount64 < deadline)
                {
                    await Task.Delay(5, cancellationToken);
                }
            }
        }
    }

    /// <summary>Version 1 has no way to kill a group at once: frozen, it cannot grow while we go through it; the signals act after the thaw.</summary>
    private void KillFrozen(IEnumerable<int> processes)
    {
        var freezer = Directory("freezer");
        if (freezer is not null && System.IO.Directory.Exists(freezer.Path))
        {
            freezer.Write("freezer.state", "FROZEN");
            processes = Processes();
        }

        foreach (var process in processes)
        {
            using var handle = Pidfd.TryOpen(process);
            handle?.TrySignal(Kill9);
        }

        if (freezer is not null && System.IO.Directory.Exists(freezer.Path))
        {
            freezer.Write("freezer.state", "THAWED");
        }
    }

    private bool IsOurs(string path) => path == "/" + _name || path.StartsWith($"/{_name}/", StringComparison.Ordinal);

    private string Path(string controller) => $"{(hierarchy.Layout.Version == 2 ? hierarchy.Layout.UnifiedMount : hierarchy.Layout.Mounts[controller])}/{_name}";
}
