namespace UwsgiIt.Containerd.Cgroups;

/// <summary>
/// Where this host keeps its cgroups: each controller's own hierarchy (version 1), or one for all (version 2). Mixed hosts use version 1 for what
/// is mounted there; a controller that is nowhere is missing.
/// </summary>
internal sealed record CgroupLayout(int Version, IReadOnlyDictionary<string, string> Mounts)
{
    /// <summary>Controllers without which no container is started.</summary>
    public static readonly IReadOnlyList<string> Required = ["memory", "cpu", "pids"];

    private const string Unified = "";

    /// <summary>Mount point of the one hierarchy of version 2.</summary>
    public string UnifiedMount => Mounts[Unified];

    /// <summary>The layout this process sees.</summary>
    public static CgroupLayout Detect() =>
        Parse(File.ReadAllText("/proc/self/mountinfo"), static mount => File.Exists(mount + "/cgroup.controllers") ? File.ReadAllText(mount + "/cgroup.controllers") : "");

    /// <summary>Reads proc_pid_mountinfo(5); <paramref name="controllersOf"/> tells what a version 2 mount offers.</summary>
    public static CgroupLayout Parse(string mountInfo, Func<string, string> controllersOf)
    {
        var mounts = new Dictionary<string, string>(StringComparer.Ordinal);
        string? unified = null;
        foreach (var line in mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash < 6 || fields.Length < dash + 4 || fields[3] != "/")
            {
                continue;
            }

            var (type, mount) = (fields[dash + 1], fields[4].Replace("\\040", " ", StringComparison.Ordinal));
            if (type == "cgroup2")
            {
                unified = mount;
            }
            else if (type == "cgroup")
            {
                foreach (var option in fields[dash + 3].Split(','))
                {
                    if (option is not ("rw" or "ro") && !option.StartsWith("name=", StringComparison.Ordinal))
                    {
                        mounts.TryAdd(option, mount);
                    }
                }
            }
        }

        if (mounts.ContainsKey("memory"))
        {
            return Complete(new CgroupLayout(1, mounts));
        }

        var offered = unified is null ? [] : controllersOf(unified).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var all = offered.ToDictionary(static name => name, _ => unified!, StringComparer.Ordinal);
        if (unified is not null)
        {
            all[Unified] = unified;
        }

        return Complete(new CgroupLayout(2, all));
    }

    private static CgroupLayout Complete(CgroupLayout layout)
    {
        var missing = Required.Where(name => !layout.Mounts.ContainsKey(name)).ToArray();
        return missing.Length == 0
            ? layout
            : throw new CgroupException($"this host has no cgroup controller {string.Join(", ", missing)} (version {layout.Version} layout); containers would have no such limit");
    }
}
