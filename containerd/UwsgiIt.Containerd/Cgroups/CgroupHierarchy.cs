namespace UwsgiIt.Containerd.Cgroups;

/// <summary>The groups of all containers of this daemon: one parent, below it one group per uid in every hierarchy in use.</summary>
internal sealed class CgroupHierarchy
{
    private readonly Dictionary<string, ICgroupController> _controllers = new(StringComparer.Ordinal);

    public CgroupHierarchy(CgroupLayout layout, CgroupOptions options, string containersRoot)
    {
        Layout = layout;
        Parent = options.Parent;
        foreach (var controller in (ICgroupController[])[new MemoryController(), new CpuController(), new PidsController(), new IoController(containersRoot), new DevicesController(), new PlainController("cpuacct"), new PlainController("freezer")])
        {
            var name = layout.Version == 1 ? controller.Name : controller.UnifiedName;
            if (name is null || !layout.Mounts.ContainsKey(name))
            {
                Missing.Add(controller.Name);
            }
            else
            {
                _controllers.Add(name, controller);
            }
        }
    }

    public CgroupLayout Layout { get; }

    /// <summary>Path below each mount, for example "uwsgiit".</summary>
    public string Parent { get; }

    /// <summary>Controllers this host lacks; containers have no such limit.</summary>
    public List<string> Missing { get; } = [];

    public IReadOnlyDictionary<string, ICgroupController> Controllers => _controllers;

    /// <summary>Makes the parent groups, with the controllers passed on in version 2.</summary>
    public void Prepare()
    {
        foreach (var mount in Mounts)
        {
            var path = mount;
            foreach (var part in Parent.Split('/'))
            {
                PassOn(path);
                path = $"{path}/{part}";
                Directory.CreateDirectory(path);
            }

            PassOn(path);
        }
    }

    /// <summary>The group of a container, there or not.</summary>
    public ContainerCgroup Of(uint uid) => new(this, uid);

    /// <summary>Uids that have a group, living or left over.</summary>
    public IReadOnlySet<uint> Existing()
    {
        var uids = new HashSet<uint>();
        foreach (var mount in Mounts)
        {
            if (Directory.Exists($"{mount}/{Parent}"))
            {
                uids.UnionWith(Directory.EnumerateDirectories($"{mount}/{Parent}").Select(static path => uint.TryParse(Path.GetFileName(path), out var uid) ? uid : 0).Where(static uid => uid > 0));
            }
        }

        return uids;
    }

    /// <summary>Mount points in use, each once.</summary>
    public IEnumerable<string> Mounts => Layout.Version == 2 ? [Layout.UnifiedMount] : _controllers.Keys.Select(name => Layout.Mounts[name]).Distinct(StringComparer.Ordinal);

    private void PassOn(string path)
    {
        if (Layout.Version == 2)
        {
            var directory = new CgroupDirectory(path, 2);
            directory.Write("cgroup.subtree_control", string.Join(' ', _controllers.Keys.Select(static name => "+" + name)));
        }
    }
}
