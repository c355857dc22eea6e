using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Containerd.Launch;

/// <summary>
/// Makes containers' user namespaces, each with numbers that no other container of this host has, and tells why one has none. The kernel gives one
/// to a process of a single thread only, which none of ours is: unshare(1) of util-linux makes it and waits until we have its descriptor. It belongs to
/// the container's own pid 1, not to root: what the kernel counts by user (inotify, queues, locked memory) is charged to a namespace's owner as well, and
/// root's 128 inotify instances would be those of all containers together.
/// </summary>
internal sealed class UserNamespaces(IOptions<StartOptions> start, IOptions<PathOptions> host, ExitWatcher exits) : IDisposable
{
    public const string MakerPath = "/usr/bin/unshare";
    public const string EntererPath = "/usr/bin/nsenter";

    // Still with the right to make one, where the host gives none to its users.
    private const string OwnerPath = "/usr/bin/setpriv";
    private const string Right = "-all,+sys_admin";

    private static readonly string[] s_environment = ["PATH=/usr/bin:/bin", "LC_ALL=C"];

    private readonly ConcurrentDictionary<uint, uint> _bases = new();
    private readonly ConcurrentDictionary<uint, string> _reasons = new();
    private readonly Lock _choosing = new();
    private readonly SafeFileHandle _nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    private string? _report;

    /// <summary>What this host can do, tried with its distros' directory.</summary>
    public string Report => _report ??= Probe();

    /// <summary>What a container has, or why it has none.</summary>
    public string Of(uint uid) => _bases.TryGetValue(uid, out var idBase) ? $"0 is {idBase}" : _reasons.GetValueOrDefault(uid, "none");

    /// <summary>A namespace for a container that starts from a distro at this place; null where it shall start without.</summary>
    public UserNamespace? TryMake(ContainerDefinition definition)
    {
        Release(definition.Uid);
        if (start.Value.UserNamespace == UserNamespaceMode.None)
        {
            _reasons[definition.Uid] = "none, as configured";
            return null;
        }

        if (definition.Uid == ContainerLimits.FirstUid)
        {
            _reasons[definition.Uid] = "none: the api's own container knows the host's root by its uid";
            return null;
        }

        try
        {
            var made = Make(definition.Uid, Choose(definition.Uid));
            try
            {
                using var distro = DistroPlace.Open(definition, host.Value);
                Try(made, distro);
                return made;
            }
            catch
            {
                made.Dispose();
                throw;
            }
        }
        catch (IOException e) when (start.Value.UserNamespace == UserNamespaceMode.Auto)
        {
            Release(definition.Uid);
            _reasons[definition.Uid] = $"none: {e.Message}";
            return null;
        }
    }

    /// <summary>A container that another daemon started has these numbers, or none.</summary>
    public void Adopt(uint uid, uint? idBase)
    {
        if (idBase is { } taken)
        {
            _bases[uid] = taken;
        }
    }

    /// <summary>The container has ended.</summary>
    public void Release(uint uid)
    {
        _bases.TryRemove(uid, out _);
        _reasons.TryRemove(uid, out _);
    }

    public void Dispose() => _nothing.Dispose();

    private string Probe()
    {
        if (start.Value.UserNamespace == UserNamespaceMode.None)
        {
            return "none, as configured";
        }

        try
        {
            using var made = Make(ContainerLimits.FirstUid + 1, IdMap.FirstBase);
            using var distros = SafeDirectory.OpenTrusted(host.Value.DistrosRoot);
            Try(made, distros);
            return "idmapped";
        }
        catch (IOException e)
        {
            return $"none: {e.Message}";
        }
    }

    /// <summary>A distro whose files nobody in the container owned would not be one: the file system must be able to show them as its root's.</summary>
    private static void Try(UserNamespace made, SafeDirectory distro)
    {
        using var tree = MountTree.Clone(distro.Handle, distro.Path);
        tree.WithOwnersOf(made.Handle);
    }

    /// <summary>The same numbers at every start, as far as nobody else has them.</summary>
    private uint Choose(uint uid)
    {
        lock (_choosing)
        {
            var taken = _bases.Values.ToHashSet();
            for (var i = 0u; i < IdMap.Ranges; i++)
            {
                var idBase = IdMap.FirstBase + ((uid + i) % (uint)IdMap.Ranges * IdMap.Size);
                if (!taken.Contains(idBase))
                {
                    _bases[uid] = idBase;
                    return idBase;
                }
            }
        }

        throw new IOException($"all {IdMap.Ranges} ranges of uids are in use");
    }

    private UserNamespace Make(uint uid, uint idBase)
    {
        if (((string[])[MakerPath, EntererPath, OwnerPath]).FirstOrDefault(static path => !File.Exists(path)) is { } missing)
        {
            throw new IOException($"{missing} is missing");
        }

        var owner = (idBase + IdMap.InitUid).ToString(CultureInfo.InvariantCulture);
        string[] arguments = ["setpriv", "--reuid", owner, "--regid", owner, "--clear-groups", "--inh-caps", Right, "--ambient-caps", Right, "--", MakerPath, "--user", "--", "/bin/cat"];

        var (ours, theirs) = PacketSocket.Pair("user namespace");
        using (ours)
        {
            Pidfd maker;
            using (theirs)
            {
                var pid = ProcessSpawner.Start(OwnerPath, arguments, s_environment, [theirs.Handle, theirs.Handle, theirs.Handle]);
                maker = Pidfd.TryOpen(pid) ?? throw new IOException($"{MakerPath} ended at once");
            }

            // Ends with our socket.
            _ = exits.Watch(maker).ContinueWith(_ => maker.Dispose(), TaskScheduler.Default);
            ours.SetTimeout(start.Value.Timeout);
            ours.Send("?"u8);
            var answer = new byte[256];
            var length = ours.Receive(answer, []);
            if (length != 1 || answer[0] != '?')
            {
                throw new IOException($"{MakerPath}: {Encoding.UTF8.GetString(answer, 0, Math.Max(length, 0)).Trim()}");
            }

            // It answered from within. Root of the parent namespace writes the maps.
            var map = IdMap.Text(uid, idBase);
            File.WriteAllText($"/proc/{maker.ProcessId}/uid_map", map);
            File.WriteAllText($"/proc/{maker.ProcessId}/gid_map", map);
            return new UserNamespace(File.OpenHandle($"/proc/{maker.ProcessId}/ns/user"), idBase);
        }
    }
}
