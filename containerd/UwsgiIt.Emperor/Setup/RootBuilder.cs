using System.Globalization;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Emperor.Setup;

/// <summary>
/// The container's files: the distro read-only as root, and over it what the container has of its own, in the order of the contract. A target
/// that a distro lacks is an error where the container cannot do without it, and left out otherwise.
/// </summary>
internal sealed class RootBuilder(StartDescription description, SafeDirectory home, SafeFileHandle? owners) : IDisposable
{
    private const uint TerminalGroup = 5;

    private const MountAttributes Plain = MountAttributes.NoSetUserId | MountAttributes.NoDevices;
    private const MountAttributes Inert = Plain | MountAttributes.NoExecute;

    private readonly List<IDisposable> _owned = [];

    // What is the container's own and nobody's of its customers is its root's, as seen from inside.
    private readonly uint _owner = description.IdBase ?? 0;
    private SafeDirectory? _root;
    private SafeDirectory? _proc;

    /// <summary>The container's own /proc.</summary>
    public SafeDirectory Proc => _proc ?? throw new InvalidOperationException("Not built.");

    private SafeDirectory Root => _root ?? throw new InvalidOperationException("Not built.");

    public void Build()
    {
        MountDistro();
        MountProc();
        MountDevices();
        MountUsers();
        MountHome();
        MountRun();
        MountShared("tmp", "tmp", required: true);
        MountShared("tmp", "var/tmp", required: false);
        MountShared("etc/nullmailer", "etc/nullmailer", required: false);
        MountShared("logs", "var/log", required: false);
        MountShared("run/spool", "var/spool", required: false);
        MountShared("run/php", "var/lib/php", required: false);
        MountShared("", "usr/local", required: false);
    }

    /// <summary>Closes what was open while the kernel's values were set: masks over /proc, and parts of it read-only.</summary>
    public void Seal()
    {
        using var nothing = Own(Root.OpenPlace("dev/null"));
        foreach (var name in MaskedPaths.Files)
        {
            Mask(name, MountTree.Clone(nothing, "/dev/null").With(MountAttributes.ReadOnly | MountAttributes.NoExecute | MountAttributes.NoSetUserId), isDirectory: false);
        }

        foreach (var name in MaskedPaths.Directories)
        {
            Mask(name, Memory(Inert | MountAttributes.ReadOnly, "4096", "2", "0555"), isDirectory: true);
        }

        foreach (var name in MaskedPaths.ReadOnly)
        {
            using var place = Proc.TryOpenPlace(name);
            if (place is not null)
            {
                using var tree = MountTree.Clone(place, $"/proc/{name}").With(Inert | MountAttributes.ReadOnly);
                tree.Attach(place, $"/proc/{name}");
            }
        }
    }

    public void Enter()
    {
        Root.Enter();
        MountTree.PivotToWorkingDirectory();
    }

    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }

    private void MountDistro()
    {
        using var place = OpenDistro();
        var tree = Own(MountTree.Clone(place.Handle, place.Path).With(Plain | MountAttributes.ReadOnly));
        if (owners is not null)
        {
            tree.WithOwnersOf(owners);
        }

        tree.Attach(place.Handle, "/");
        _root = Own(tree.OpenRoot());
    }

    private SafeDirectory OpenDistro()
    {
        if (description.CustomDistroStore is not { } store)
        {
            return SafeDirectory.OpenTrusted(description.Distro);
        }

        using var owner = SafeDirectory.Open(store);
        using var distros = owner.OpenDirectory("distros");
        return distros.OpenDirectory(description.Distro);
    }

    private void MountProc()
    {
        using var tree = MountTree.Create("proc", Inert, ("hidepid", "2"));
        Attach(tree, "proc");
        _proc = Own(tree.OpenRoot());
    }

    private void MountDevices()
    {
        using var devices = Memory(MountAttributes.NoSetUserId | MountAttributes.NoExecute, "65536", "64", "0755");
        using (var directory = devices.OpenRoot())
        {
            // linux/Documentation/admin-guide/devices.txt
            foreach (var (name, major, minor) in ((string, int, int)[])[("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)])
            {
                directory.MakeCharacterDevice(name, major, minor, 0x1B6);
                directory.ChangeOwner(name, _owner, _owner);
            }

            directory.MakeDirectory("pts", _owner, _owner, 0x1ED).Dispose();
            directory.MakeDirectory("shm", _owner, _owner, 0x1ED).Dispose();
            directory.MakeLink("ptmx", "pts/ptmx");
            directory.MakeLink("fd", "/proc/self/fd");
            directory.MakeLink("stdin", "/proc/self/fd/0");
            directory.MakeLink("stdout", "/proc/self/fd/1");
            directory.MakeLink("stderr", "/proc/self/fd/2");
        }

        Attach(devices, "dev");
        using var terminals = MountTree.Create("devpts", MountAttributes.NoSetUserId | MountAttributes.NoExecute, ("newinstance", null), ("ptmxmode", "0666"), ("mode", "0620"), ("gid", Number(_owner + TerminalGroup)));
        using (var directory = terminals.OpenRoot())
        {
            directory.ChangeOwner(_owner, _owner);
            directory.ChangeOwner("ptmx", _owner, _owner);
        }

        Attach(terminals, "dev/pts");
        devices.With(MountAttributes.ReadOnly);
    }

    private void MountHome()
    {
        var name = description.Uid.ToString(CultureInfo.InvariantCulture);
        using var containers = Memory(Inert, "16384", "8", "0755");
        Attach(containers, description.ContainersRoot.Trim('/'));
        using (var directory = containers.OpenRoot())
        using (var place = directory.MakeDirectory(name, _owner, _owner, 0x1ED))
        using (var tree = MountTree.Clone(home.Handle, home.Path).With(Plain))
        {
            tree.Attach(place.Handle, home.Path);
        }

        containers.With(MountAttributes.ReadOnly);
    }

    private void MountRun()
    {
        MountShared("run", "run", required: true);
        var memory = description.Memory.ToString(CultureInfo.InvariantCulture);
        var inodes = Math.Clamp(description.Memory / 8192, 1024, 1_000_000).ToString(CultureInfo.InvariantCulture);

        // Its pages are charged to the container's memory limit; the size only says so before.
        using var shared = Memory(Plain, memory, inodes, "1777");
        Attach(shared, "run/shm");
        using (var again = MountTree.Clone(shared.Handle, "/run/shm"))
        {
            Attach(again, "dev/shm");
        }

        MountShared("etc", "run/resolvconf", required: true);
        if (description.SubscribeDirectory is { } announcing)
        {
            MountHostDirectory(announcing, "run/subscribe");
        }

        foreach (var (name, path) in description.CgroupDirectories.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            if (name.Length > 0)
            {
                // The directory is root's and lies in the customer's run: made again where the customer took it away.
                using var run = home.OpenDirectory("run");
                using var parent = run.MakeDirectory("cgroup", 0, 0, 0x1ED);
                parent.MakeDirectory(name, 0, 0, 0x1ED).Dispose();
            }

            MountHostDirectory(path, name.Length > 0 ? $"run/cgroup/{name}" : "run/cgroup");
        }
    }

    private void MountUsers()
    {
        // Where the kernel lets a file be taken from it, which before Linux 6.15 is no tree that is nowhere; /dev/shm covers it for good.
        using var tree = Memory(Inert, "262144", "8", "0755");
        Attach(tree, "dev/shm");
        using var directory = tree.OpenRoot();
        foreach (var name in UserFiles.Names)
        {
            if (UserFiles.Of(Root, name, description.Uid, description.HostName, home.Path) is { } text)
            {
                directory.WriteFile(name, text, _owner, _owner, 0x1A4);
                using var file = directory.OpenPlace(name);
                using var own = MountTree.Clone(file, name).With(Inert | MountAttributes.ReadOnly);
                using var place = Root.OpenPlace("etc/" + name);
                own.Attach(place, "/etc/" + name);
            }
        }
    }

    private void MountHostDirectory(string path, string target)
    {
        using var directory = SafeDirectory.OpenTrusted(path);
        using var tree = MountTree.Clone(directory.Handle, path).With(Inert | MountAttributes.ReadOnly);
        Attach(tree, target);
    }

    /// <summary>A directory of the home at another place as well.</summary>
    private void MountShared(string name, string target, bool required)
    {
        using var place = required ? Root.OpenPlace(target) : Root.TryOpenPlace(target);
        if (place is not null)
        {
            using var directory = OpenInHome(name);
            using var tree = MountTree.Clone(directory?.Handle ?? home.Handle, $"home/{name}").With(Plain);
            tree.Attach(place, "/" + target);
        }
    }

    private MountTree Memory(MountAttributes attributes, string size, string inodes, string mode) =>
        MountTree.Create("tmpfs", attributes, ("size", size), ("nr_inodes", inodes), ("mode", mode), ("uid", Number(_owner)), ("gid", Number(_owner)));

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);

    private SafeDirectory? OpenInHome(string name) => name.Length == 0 ? null : home.OpenDirectory(name);

    private void Attach(MountTree tree, string target)
    {
        SafeFileHandle place;
        try
        {
            place = Root.OpenPlace(target);
        }
        catch (LinuxException e) when (e.Errno == Tmds.Linux.LibC.ENOENT)
        {
            throw new InvalidOperationException($"the distro has no directory /{target}; run 'uwsgiit ctl distro prepare' on it", e);
        }

        using (place)
        {
            tree.Attach(place, "/" + target);
        }
    }

    /// <summary>Covers something below /proc, if the kernel has it and it is of the kind we think.</summary>
    private void Mask(string name, MountTree cover, bool isDirectory)
    {
        using (cover)
        {
            using var place = Proc.TryOpenPlace(name);
            if (place is not null && SafePath.Stat(place).IsDirectory == isDirectory)
            {
                cover.Attach(place, $"/proc/{name}");
            }
        }
    }

    private T Own<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }
}
