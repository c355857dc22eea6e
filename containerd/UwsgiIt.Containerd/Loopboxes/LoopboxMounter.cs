using System.Globalization;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Containerd.Loopboxes;

/// <summary>
/// Mounts images of a container in its own mount namespace, never elsewhere, never with set-user-id bits or devices. Image and mount point are
/// found beneath the home without following a link; the device goes with the mount, the mount with the container.
/// </summary>
internal sealed partial class LoopboxMounter(ContainerRegistry registry, EventLog events, IOptions<LoopboxOptions> options, IOptions<PathOptions> paths, TimeProvider time, ILogger<LoopboxMounter> logger) : BackgroundService
{
    private const long MinBytes = 1024 * 1024;

    // One round at a time looks at these.
    private readonly Dictionary<(uint Uid, long Id), long> _shrunk = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.Interval, time);
        do
        {
            foreach (var container in registry.All)
            {
                if (container.Running is { } running && container.Wanted is { } wanted)
                {
                    await RunOnThreadAsync(() => Adjust(running, wanted));
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Adjust(RunningContainer running, ContainerDefinition wanted)
    {
        var home = $"{paths.Value.ContainersRoot}/{wanted.Uid}";
        var mounted = LoopMounts(running.Process.ProcessId, home);
        var missing = wanted.Loopboxes.Where(box => !mounted.ContainsKey($"{home}/{box.Mountpoint}") && !IsShrunk(home, box, wanted.Uid)).ToList();
        var surplus = mounted.Keys.Where(path => wanted.Loopboxes.FirstOrDefault(box => path == $"{home}/{box.Mountpoint}") is not { } box || IsResized(wanted.Uid, home, box, mounted[path])).ToList();
        if (missing.Count == 0 && surplus.Count == 0)
        {
            return;
        }

        // Images are opened, and devices made, with the host's files in sight; then this thread goes over and only attaches.
        var trees = missing.Select(box => (Box: box, Tree: TryMake(wanted.Uid, home, box))).ToList();
        try
        {
            Namespaces.Enter(running.Process, NamespaceKinds.Mount);
            foreach (var (box, tree) in trees)
            {
                if (tree is not null)
                {
                    Try(wanted.Uid, box.Mountpoint, () => Attach(wanted.Uid, home, box, tree));
                }
            }

            foreach (var path in surplus)
            {
                Try(wanted.Uid, path, () => MountTree.Detach(path));
            }
        }
        finally
        {
            trees.ForEach(static item => item.Tree?.Dispose());
        }
    }

    /// <summary>True when the image is another than the device: gone, shorter, or longer by more than a megabyte. What it becomes is seen in the next round.</summary>
    private bool IsResized(uint uid, string home, Loopbox box, string device)
    {
        var (bytes, size) = (DeviceBytes(device), ImageBytes(home, box));
        if (bytes is null || (size >= Math.Max(bytes.Value, MinBytes) && size <= bytes + MinBytes))
        {
            return false;
        }

        if (size < bytes)
        {
            // Its file system says that there is more of it: it is not mounted again until there is.
            _shrunk[(uid, box.Id)] = bytes.Value;
        }

        events.Add(uid, "loopbox", $"{box.Filename} has {size} bytes, its device {bytes}");
        return true;
    }

    private bool IsShrunk(string home, Loopbox box, uint uid) => _shrunk.TryGetValue((uid, box.Id), out var bytes) && (ImageBytes(home, box) < bytes || !_shrunk.Remove((uid, box.Id)));

    private static long ImageBytes(string home, Loopbox box)
    {
        try
        {
            using var directory = SafeDirectory.Open(home);
            using var file = directory.OpenFile(box.Filename);
            return SafePath.Stat(file).Size;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // Sectors of 512 bytes, whatever the device's own are (Documentation/ABI/stable/sysfs-block).
    private static long? DeviceBytes(string device)
    {
        try
        {
            return long.Parse(File.ReadAllText($"/sys/class/block/{Path.GetFileName(device)}/size"), CultureInfo.InvariantCulture) * 512;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private MountTree? TryMake(uint uid, string home, Loopbox box)
    {
        MountTree? tree = null;
        Try(uid, box.Filename, () =>
        {
            using var directory = SafeDirectory.Open(home);
            using var file = box.Ro ? directory.OpenFile(box.Filename) : directory.OpenFileForUpdate(box.Filename);
            var facts = SafePath.Stat(file);
            if (facts.UserId != uid || facts.Size < MinBytes)
            {
                throw new IOException($"{box.Filename} is not the customer's own, or smaller than {MinBytes} bytes");
            }

            var (device, path) = LoopDevice.Attach(file, box.Ro);
            using (device)
            {
                var attributes = MountAttributes.NoSetUserId | MountAttributes.NoDevices | (box.Ro ? MountAttributes.ReadOnly : MountAttributes.None);
                tree = box.Ro
                    ? MountTree.Create("ext4", attributes, ("source", path), ("ro", null), ("errors", "remount-ro"))
                    : MountTree.Create("ext4", attributes, ("source", path), ("errors", "remount-ro"));
            }
        });
        return tree;
    }

    private void Attach(uint uid, string home, Loopbox box, MountTree tree)
    {
        using var directory = SafeDirectory.Open(home);
        using var place = directory.OpenPlace(box.Mountpoint);
        if (!box.Ro)
        {
            using var root = tree.OpenRoot();
            root.ChangeOwner(uid, uid);
        }

        tree.Attach(place, box.Mountpoint);
        events.Add(uid, "loopbox", $"{box.Filename} on {box.Mountpoint}");
    }

    private void Try(uint uid, string subject, Action action)
    {
        try
        {
            action();
        }
        catch (IOException e)
        {
            // The customer's image, or what became of it: tried again in the next round.
            Log.Failed(logger, uid, subject, e.Message);
        }
    }

    /// <summary>Loop mounts below a home, by mount point, as proc_pid_mountinfo(5) shows them.</summary>
    private static Dictionary<string, string> LoopMounts(int processId, string home)
    {
        var mounts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines($"/proc/{processId}/mountinfo"))
        {
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash > 0 && fields.Length > dash + 2 && fields[dash + 2].StartsWith("/dev/loop", StringComparison.Ordinal) && fields[4].StartsWith(home + "/", StringComparison.Ordinal))
            {
                mounts[fields[4]] = fields[dash + 2];
            }
        }

        return mounts;
    }

    /// <summary>A thread that may go into another namespace, because it never comes back.</summary>
    private Task RunOnThreadAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The container ended as we worked on it.
                Log.Failed(logger, 0, "container", e.Message);
            }
            finally
            {
                done.SetResult();
            }
        })
        { Name = "loopboxes", IsBackground = true };
        thread.Start();
        return done.Task;
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.LoopboxFailed, LogLevel.Warning, "Loopbox of container {Uid}, {Subject}: {Reason}")]
        public static partial void Failed(ILogger logger, uint uid, string subject, string reason);
    }
}
