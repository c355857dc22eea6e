using System.Net.Sockets;
using System.Text.Json;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>The isolation checklist, from inside: as a program of a vassal's kind sees it, and as a session does.</summary>
public sealed class IsolationTests
{
    private static readonly string[] Refused =
    [
        "unshare mount", "unshare cgroup", "unshare uts", "unshare ipc", "unshare user", "unshare pid", "unshare net",
        "clone mount", "clone cgroup", "clone uts", "clone ipc", "clone user", "clone pid", "clone net",
        "mount", "umount", "pivot_root", "setns", "open_tree", "fsopen", "keyctl", "add_key", "bpf", "perf_event_open", "io_uring_setup", "userfaultfd",
        "open_by_handle_at", "name_to_handle_at", "kexec_load", "init_module", "swapon", "reboot", "settimeofday", "clock_settime", "acct", "quotactl", "syslog", "sethostname", "chroot",
        "mknod device", "ioctl TIOCSTI", "ioctl TIOCLINUX", "ioctl FS_IOC_FSSETXATTR", "ioctl btrfs subvolume", "ioctl btrfs snapshot", "ioctl btrfs subvolume v2", "ioctl btrfs snapshot v2",
    ];

    /// <summary>With a user namespace for each container, where this kernel and the distros' file system have it, and without.</summary>
    [SkippableTheory]
    [InlineData("auto")]
    [InlineData("none")]
    public async Task Customer_FindsEveryDoorOfTheChecklistClosed(string userNamespace)
    {
        await using var host = await ContainerHost.StartAsync(settings => settings["Start"]!["UserNamespace"] = userNamespace);
        var offered = (await host.StatsAsync()).GetProperty("features").GetProperty("user_namespaces").GetString();
        Skip.If(userNamespace == "auto" && offered != "idmapped", $"user namespaces: {offered}");
        Assert.Equal(userNamespace == "auto" ? "idmapped" : "none, as configured", offered);
        using var abstractSocket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        abstractSocket.Bind(new UnixDomainSocketEndPoint("\0uwsgiit-probe"));
        abstractSocket.Listen();
        host.Define();
        host.Define(30_002);
        await host.RunningAsync();
        await host.RunningAsync(30_002);

        // I3: root's own program with its bit set, in the home; I14: what the host mounts while a container runs.
        ContainerHost.Shell("install", "-m", "4755", $"{Programs.Distros}/debian-12/usr/bin/id", host.Home("roots-id"));
        ContainerHost.Shell("nsenter", "--mount", $"--target={host.Daemon.ProgramId}", "--wd=/", "mount", "-t", "tmpfs", "appeared", "/containers/30001/tmp");

        var session = await ProbeAsync(host, ContainerHost.FirstUid);
        Check(session);
        Assert.Equal("30001", session.GetProperty("set-user-id").GetString());
        Assert.DoesNotContain("appeared", session.GetProperty("mounts").ToString(), StringComparison.Ordinal);
        ContainerHost.Shell("nsenter", "--mount", $"--target={host.Daemon.ProgramId}", "--wd=/", "umount", "/containers/30001/tmp");
        CheckImage(await host.PidAsync());

        // I1: no namespace is shared with the host or a neighbour.
        var neighbour = await ProbeAsync(host, 30_002);
        foreach (var kind in session.GetProperty("namespaces").EnumerateObject())
        {
            Assert.NotEqual(kind.Value.GetString(), neighbour.GetProperty("namespaces").GetProperty(kind.Name).GetString());
            Assert.NotEqual(kind.Value.GetString(), new FileInfo($"/proc/self/ns/{kind.Name}").LinkTarget);
        }

        if (userNamespace == "auto")
        {
            await CheckUsersAsync(host, session, neighbour);
        }
        else
        {
            Assert.Equal(new FileInfo("/proc/self/ns/user").LinkTarget, session.GetProperty("user namespace").GetString());
        }

        // The same from a program that pid 1 started.
        host.WriteHome("vassals/probe.ini", $"""
            [uwsgi]
            master = true
            exec-pre-app = python3 /containers/30001/probe.py > /containers/30001/probe.json.new && mv /containers/30001/probe.json.new /containers/30001/probe.json
            socket = /containers/30001/probe.sock
            """);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(host.Home("probe.json"))), "the vassal's probe has run", 60);
        var vassal = JsonDocument.Parse(File.ReadAllText(host.Home("probe.json"))).RootElement;
        Check(vassal);
        Assert.Equal(session.GetProperty("user namespace").GetString(), vassal.GetProperty("user namespace").GetString());
    }

    /// <summary>A file system whose files cannot be shown as another root's: said so, or refused, as configured.</summary>
    [SkippableFact]
    public async Task UserNamespace_WhereTheDistrosFileSystemCannot_IsLeftOutAndSaidSo_OrRefused()
    {
        await using var host = await ContainerHost.StartAsync(static settings => settings["Path"]!["DistrosRoot"] = "/mnt/distros", PlainDistros());
        host.Define();
        await host.RunningAsync();
        Assert.StartsWith("none: mount_setattr", (await host.ContainerAsync())!.Value.GetProperty("user_namespace").GetString(), StringComparison.Ordinal);
        Assert.Equal(new FileInfo("/proc/self/ns/user").LinkTarget, new FileInfo($"/proc/{await host.PidAsync()}/ns/user").LinkTarget);

        await using var strict = await ContainerHost.StartAsync(
            static settings =>
            {
                settings["Path"]!["DistrosRoot"] = "/mnt/distros";
                settings["Start"]!["UserNamespace"] = "required";
            },
            PlainDistros());
        strict.Define();
        await Eventually.TrueAsync(async () => await strict.PhaseAsync() == "failed", "it is refused", 60);
        Assert.Contains("mount_setattr", (await strict.ContainerAsync())!.Value.GetProperty("fault").GetString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task WantOfMemory_HitsCustomersBeforePidOne_AndNobodyCanBetterHimself()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        await host.RunningAsync();
        const string Look = "cat /proc/self/oom_score_adj; sh -c 'echo -1 > /proc/self/oom_score_adj' 2>&- || echo refused";
        Assert.Equal("0", File.ReadAllText($"/proc/{await host.PidAsync()}/oom_score_adj").Trim());
        var (_, output) = await host.ShellAsync(Look);
        Assert.StartsWith("200", output, StringComparison.Ordinal);
        Assert.Contains("refused", output, StringComparison.Ordinal);
        host.WriteHome("look.sh", $"{{ {Look}; }} > /containers/30001/seen 2>&1; mv /containers/30001/seen /containers/30001/seen.txt\n");
        host.WriteHome("vassals/look.ini", "[program]\nexec = sh /containers/30001/look.sh\nrestart = never\n");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(host.Home("seen.txt"))), "the vassal has looked", 60);
        output = File.ReadAllText(host.Home("seen.txt"));
        Assert.StartsWith("200", output, StringComparison.Ordinal);
        Assert.Contains("refused", output, StringComparison.Ordinal);
    }

    /// <summary>I24: while others come in, a process of the container looks for one that is not yet the customer's.</summary>
    [SkippableFact]
    public async Task LoginStorm_ShowsNoProcessOfTheHostsInside()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        await host.RunningAsync();
        host.WriteHome("spy.py", """
            import os, sys
            seen, found = set(), []
            print("looking", flush=True)
            while not os.path.exists("/containers/30001/enough"):
                for name in os.listdir("/proc"):
                    if name.isdigit():
                        try:
                            status = open(f"/proc/{name}/status").read()
                            seen.add(name)
                            if "Uid:\t30001\t30001\t30001\t30001" not in status or "NoNewPrivs:\t1" not in status or "Seccomp:\t2" not in status:
                                found.append(status)
                            text = open(f"/proc/{name}/environ").read()
                            target = os.readlink(f"/proc/{name}/exe")
                            if "UWSGIIT" in text or "memfd" in target:
                                found.append(f"{target} {text}")
                            os.listdir(f"/proc/{name}/fd")
                        except OSError:
                            pass
            print("seen", len(seen), "found", found)
            """);
        using var spy = host.Enter(ContainerHost.FirstUid, "python3", "/containers/30001/spy.py");
        await Eventually.TrueAsync(() => Task.FromResult(spy.Output.Contains("looking", StringComparison.Ordinal)), "the spy looks", 60);
        for (var round = 0; round < (ContainerHost.IsLong ? 50 : 5); round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.ShellAsync("true")));
        }

        host.WriteHome("enough", "");
        Assert.Equal(0, await spy.WaitAsync(60));
        spy.Process.WaitForExit();
        Assert.Contains("found []", spy.Output, StringComparison.Ordinal);
    }

    /// <summary>Overlay file systems cannot be shown with other owners (Linux 6.18).</summary>
    private static string PlainDistros() =>
        $"mount -t tmpfs tmpfs /containers && mount -t tmpfs tmpfs /mnt && mkdir /mnt/distros /mnt/none && mount -t overlay overlay -o lowerdir={Programs.Distros}:/mnt/none /mnt/distros";

    /// <summary>I10: the container's uid is itself, every other number is nobody else's on this host, and the distro is root's.</summary>
    private static async Task CheckUsersAsync(ContainerHost host, JsonElement session, JsonElement neighbour)
    {
        Assert.NotEqual(new FileInfo("/proc/self/ns/user").LinkTarget, session.GetProperty("user namespace").GetString());
        Assert.NotEqual(neighbour.GetProperty("user namespace").GetString(), session.GetProperty("user namespace").GetString());
        var (ours, theirs) = (Ranges(session, 30_001), Ranges(neighbour, 30_002));
        Assert.DoesNotContain(ours, range => theirs.Any(other => range.Outside < other.Outside + other.Count && other.Outside < range.Outside + range.Count));
        foreach (var (name, owner) in session.GetProperty("owners").EnumerateObject().Select(static item => (item.Name, item.Value)))
        {
            Assert.True(owner[0].GetInt32() == 0 && (owner[1].GetInt32() == 0 || name == "/etc/shadow"), $"{name} is owned by {owner}");
        }

        // Pid 1 is somebody of that range, on this host nobody.
        var first = ours.Single(static range => range.Inside == 0);
        var status = File.ReadAllLines($"/proc/{await host.PidAsync()}/status");
        Assert.Contains($"Uid:\t{first.Outside + 65_533}\t{first.Outside + 65_533}\t{first.Outside + 65_533}\t30001", status);
        Assert.Contains("CapEff:\t00000000000000e0", status);
        Assert.Contains("CapBnd:\t0000000000000000", status);

        // The namespace is its own too (NS_GET_OWNER_UID): what the kernel counts by user is charged to the owner as well.
        ContainerHost.Shell("python3", "-c", $"import fcntl, struct, sys; sys.exit(struct.unpack('I', fcntl.ioctl(open('/proc/{await host.PidAsync()}/ns/user'), 0xb704, bytes(4)))[0] != {first.Outside + 65_533})");
        Assert.Equal($"0 is {first.Outside}", (await host.ContainerAsync())!.Value.GetProperty("user_namespace").GetString());
    }

    /// <summary>I20: what pid 1 runs is a copy in memory that nobody can write to, not even root of the host.</summary>
    private static void CheckImage(int pid)
    {
        Assert.StartsWith("/memfd:", new FileInfo($"/proc/{pid}/exe").LinkTarget, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => File.OpenHandle($"/proc/{pid}/exe", FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose());
    }

    private static List<(long Inside, long Outside, long Count)> Ranges(JsonElement found, uint uid)
    {
        Assert.Equal(found.GetProperty("uid_map").ToString(), found.GetProperty("gid_map").ToString());
        var ranges = found.GetProperty("uid_map").EnumerateArray().Select(static line => line.EnumerateArray().Select(static field => long.Parse(field.GetString()!, System.Globalization.CultureInfo.InvariantCulture)).ToArray()).Select(static line => (line[0], line[1], line[2])).ToList();
        Assert.Equal(65_536, ranges.Sum(static range => range.Item3));
        Assert.Contains((uid, uid, 1L), ranges);
        Assert.All(ranges.Where(range => range.Item1 != uid), static range => Assert.InRange(range.Item2, 0x7100_0000, 0x7FFF_FFFF));
        ranges.Remove((uid, uid, 1L));
        return ranges;
    }

    private static async Task<JsonElement> ProbeAsync(ContainerHost host, uint uid)
    {
        host.WriteHome("probe.py", File.ReadAllText(Path.Combine(Captures.SourceRoot, "tests", "UwsgiIt.ContainerProbe", "probe.py")), uid);
        var (code, output) = await host.ExecuteAsync(uid, 60, "python3", $"/containers/{uid}/probe.py");
        Assert.True(code == 0, output);
        return JsonDocument.Parse(output).RootElement;
    }

    private static void Check(JsonElement found)
    {
        string? Text(string name) => found.GetProperty(name).ToString();
        foreach (var name in Refused)
        {
            Assert.True(Text(name) == "EPERM", $"{name}: {Text(name)}");
        }

        Assert.Equal("ENOSYS", Text("clone3"));
        Assert.All(found.GetProperty("capabilities").EnumerateArray(), static set => Assert.Equal("0000000000000000", set.GetString()));
        Assert.Equal("1", Text("no_new_privs"));
        Assert.Equal("2", Text("seccomp"));

        // I4: no other architecture's calls. A kernel without the old way in has no such instruction.
        Assert.True(Text("call of 32 bits") is "SIGSYS" or "SIGSEGV", Text("call of 32 bits"));
        Assert.Equal("SIGSYS", Text("call of x32"));

        // I6, I7: masked is empty, the rest cannot be written.
        foreach (var name in (string[])["kcore", "keys", "timer_list", "kallsyms", "kmsg"])
        {
            Assert.True(Text($"read /proc/{name}") is "" or "ENOENT", $"/proc/{name}: {Text($"read /proc/{name}")}");
        }

        foreach (var name in (string[])["sys/kernel/hostname", "sysrq-trigger", "sys/vm/overcommit_memory", "irq/default_smp_affinity"])
        {
            Assert.True(Text($"write /proc/{name}") is "EROFS" or "EACCES" or "ENOENT", $"/proc/{name}: {Text($"write /proc/{name}")}");
        }

        // I8, D18: pid 1 is neither seen nor reached.
        Assert.Equal("ENOENT", Text("stat /proc/1"));
        Assert.Equal("EPERM", Text("signal 1"));
        Assert.True(Text("ptrace init") is "EPERM" or "ESRCH", Text("ptrace init"));
        Assert.DoesNotContain(1, found.GetProperty("pids seen").EnumerateArray().Select(static pid => pid.GetInt32()));

        // I9, I11, D5, D13, D15: nothing of the host's can be written, and no mount honours set-user-id bits or devices.
        Assert.True(Text("sys") is "[]" or "ENOENT", Text("sys"));
        Assert.Equal("EROFS", Text("write /usr"));
        Assert.Equal("EROFS", Text("write cgroup"));
        Assert.True(Text("write /dev") is "EROFS" or "EACCES", Text("write /dev"));
        foreach (var mount in found.GetProperty("mounts").EnumerateArray().Select(static mount => mount.EnumerateArray().Select(static field => field.GetString()!).ToArray()))
        {
            var (path, type, options) = (mount[1], mount[2], mount[3].Split(','));
            Assert.True(options.Contains("nosuid"), $"{path} ({type}) is without nosuid");
            Assert.True(options.Contains("nodev") || path == "/dev" || path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal), $"{path} ({type}) is without nodev");
        }

        // I14: no mount of ours has a peer or a master.
        Assert.Equal("[]", Text("propagation"));
        Assert.Equal(["fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"], found.GetProperty("devices").EnumerateArray().Select(static name => name.GetString()));

        // I12, I29
        Assert.Equal(1, found.GetProperty("limits").GetProperty("CORE").GetInt64());
        Assert.Equal(65_536, found.GetProperty("limits").GetProperty("MEMLOCK").GetInt64());
        Assert.InRange(found.GetProperty("limits").GetProperty("NOFILE").GetInt64(), 1024, 65_536);
        Assert.Equal(819_200, found.GetProperty("limits").GetProperty("MSGQUEUE").GetInt64());
        Assert.Equal(0, found.GetProperty("limits").GetProperty("RTPRIO").GetInt64());
        Assert.Equal(0, found.GetProperty("limits").GetProperty("NICE").GetInt64());

        // I19, I21, D4: no descriptor but pipes, and nothing leads out.
        Assert.All(found.GetProperty("descriptors").EnumerateObject(), static item => Assert.True(
            item.Value.GetString() is { } target && (target.StartsWith("pipe:", StringComparison.Ordinal) || target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("/containers/30", StringComparison.Ordinal) || target.StartsWith("anon_inode:", StringComparison.Ordinal)),
            $"descriptor {item.Name} is {item.Value}"));
        Assert.StartsWith("/containers/30", Text("cwd"), StringComparison.Ordinal);
        Assert.Single(found.GetProperty("homes").EnumerateArray());

        // I25, I31, I32, I35
        Assert.Equal("ECONNREFUSED", Text("abstract"));
        foreach (var name in (string[])["alg", "vsock", "bluetooth", "packet", "netlink audit", "can"])
        {
            Assert.Equal("EAFNOSUPPORT", Text($"socket {name}"));
        }

        Assert.Equal("EPERM", Text("socket raw"));
        foreach (var name in (string[])["socket unix", "socket inet", "socket inet6", "socket netlink route", "socket ping", "bind 80"])
        {
            Assert.True(Text(name) == "ok", $"{name}: {Text(name)}");
        }

        Assert.Equal("268435456", Text("shmmax"));
        Assert.Equal(268_435_456, found.GetProperty("shm").GetInt64());
    }
}
