using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.Tests;

public sealed class CgroupTests : IDisposable
{
    private const string Version1 = """
        35 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct
        36 30 0:30 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory
        37 30 0:31 / /sys/fs/cgroup/pids rw,nosuid - cgroup cgroup rw,pids
        38 30 0:32 / /sys/fs/cgroup/systemd rw,nosuid - cgroup cgroup rw,name=systemd
        39 30 0:33 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw
        40 30 0:30 /x /mnt/part rw,nosuid - cgroup cgroup rw,memory
        """;

    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Version1_IsFoundByController()
    {
        var layout = CgroupLayout.Parse(Version1, static _ => "");
        Assert.Equal(1, layout.Version);
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct", layout.Mounts["cpuacct"]);
        Assert.Equal("/sys/fs/cgroup/memory", layout.Mounts["memory"]);
        Assert.DoesNotContain("name=systemd", layout.Mounts.Keys);
    }

    [Fact]
    public void Version2_IsFoundByWhatItOffers()
    {
        var layout = CgroupLayout.Parse("30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", static _ => "cpuset cpu io memory pids");
        Assert.Equal((2, "/sys/fs/cgroup"), (layout.Version, layout.UnifiedMount));
    }

    [Theory]
    [InlineData("")]
    [InlineData("30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw")]
    [InlineData("garbage - -")]
    public void HostWithoutControllers_IsAnErrorThatNamesThem(string text) =>
        Assert.Contains("memory", Assert.Throws<CgroupException>(() => CgroupLayout.Parse(text, static _ => "hugetlb")).Message, StringComparison.Ordinal);

    [Fact]
    public void Value_ThatReadsBackAsAnother_IsAnError()
    {
        File.WriteAllText(_folder.File("pids.max"), "max\n");
        var directory = new CgroupDirectory(_folder.Path, 2);
        directory.SetNumber("pids.max", 77);
        Assert.Throws<CgroupException>(() => directory.Set("memory.max", "1"));
        Assert.Throws<CgroupException>(() => new CgroupDirectory("/dev", 2).Set("null", "1"));
    }

    [Fact]
    public void Memory_OfVersion1_IsLoweredAndRaised_InTheOrderThatTheKernelTakes()
    {
        foreach (var (name, value) in new[] { ("memory.limit_in_bytes", "9223372036854771712"), ("memory.memsw.limit_in_bytes", "9223372036854771712"), ("memory.swappiness", "60") })
        {
            File.WriteAllText(_folder.File(name), value);
        }

        new MemoryController().Apply(new CgroupDirectory(_folder.Path, 1), Limits(64 << 20));
        Assert.StartsWith("67108864", File.ReadAllText(_folder.File("memory.limit_in_bytes")), StringComparison.Ordinal);
        Assert.StartsWith("67108864", File.ReadAllText(_folder.File("memory.memsw.limit_in_bytes")), StringComparison.Ordinal);
    }

    [Fact]
    public void Usage_IsReadFromTheKernelsTexts()
    {
        Assert.Equal(30, CgroupUsage.SumPairs("8:0 rbytes=10 wbytes=5 rios=1\n8:16 rbytes=20 wbytes=6\n", "rbytes"));
        Assert.Equal(5, CgroupUsage.SumKinds("8:0 Read 3\n8:0 Write 9\n8:16 Read 2\nTotal 14", "Read"));
    }

    private static CgroupLimits Limits(long memory) => CgroupLimits.Of(new ContainerDefinition { Uid = 30_001, Name = "x", Memory = memory, Storage = 1 });
}
