using UwsgiIt.Containerd.Cgroups;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>What alarms ask of a running container's group, through files that stay open. Throws <see cref="IOException"/> once the group has gone.</summary>
internal sealed class GroupProbe : IDisposable
{
    private readonly CgroupDirectory _group;
    private readonly List<KernelFile> _files = [];
    private readonly KernelFile _memory;
    private readonly KernelFile? _pids;
    private readonly KernelFile? _pidEvents;

    public GroupProbe(ContainerCgroup cgroup)
    {
        _group = cgroup.Directory("memory")!;
        _memory = Open(_group, IsUnified ? "memory.current" : "memory.usage_in_bytes");
        if (cgroup.Directory("pids") is { } pids)
        {
            _pids = Open(pids, "pids.current");
            _pidEvents = pids.Has("pids.events") ? Open(pids, "pids.events") : null;
        }
    }

    private bool IsUnified => _group.Version == 2;

    /// <summary>All memory charged, cache too; cheap.</summary>
    public long Memory() => _memory.Number();

    /// <summary>Memory that cannot be had back; the kernel sums it up for this, so only asked when <see cref="Memory"/> is high.</summary>
    public long Rss() => _group.ReadNamed("memory.stat", IsUnified ? "anon" : "total_rss") ?? 0;

    public long Pids() => _pids?.Number() ?? 0;

    /// <summary>Forks refused so far.</summary>
    public long Refusals() => _pidEvents?.Named("max"u8) ?? 0;

    /// <summary>Processes killed so far for want of memory.</summary>
    public long OomKills() => CgroupUsage.OomKills(_group);

    public void Dispose() => _files.ForEach(static file => file.Dispose());

    private KernelFile Open(CgroupDirectory group, string name)
    {
        var file = new KernelFile($"{group.Path}/{name}");
        _files.Add(file);
        return file;
    }
}
