using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Containerd.Launch;

/// <summary>
/// From a description to a running pid 1: 1 new namespaces on a thread made for it, 2 from there two processes of the Emperor's image, pid 1 and the
/// builder, put into the cgroup while they wait, 3 given what their caller has for them, 4 each told to go on when the other has done its part.
/// A step that fails leaves no process.
/// </summary>
internal sealed class ContainerLauncher(EmperorImage image, ExitWatcher exits, IOptions<PathOptions> host, IOptions<StartOptions> start) : IDisposable
{
    private const NamespaceKinds Kinds = NamespaceKinds.Mount | NamespaceKinds.Pid | NamespaceKinds.Ipc | NamespaceKinds.HostName | NamespaceKinds.Network;
    private const int MaxReportBytes = 4096;
    private const int SigKill = 9;

    private static readonly string[] s_init = ["uwsgiit-emperor", "contain"];
    private static readonly string[] s_builder = ["uwsgiit-emperor", "build"];
    private static readonly string[] s_environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"];

    // Root of the new user namespace, with all rights there and none on the host; the same process then becomes our program.
    private static readonly string[] s_enter =
        ["nsenter", $"--user=/proc/self/fd/{StartDescription.ProgramDescriptor + 1}", "--setuid=0", "--setgid=0", "--", $"/proc/self/fd/{StartDescription.ProgramDescriptor}", "contain"];

    private readonly SafeFileHandle _nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    /// <summary>The path at which pid 1 of a container listens for the daemon.</summary>
    public string ControlPath(uint uid) => $"{host.Value.RuntimeDirectory}/containers/{uid}.sock";

    /// <summary>
    /// Starts a container, in <paramref name="users"/> where it has a user namespace; <paramref name="whileItWaits"/> gets pid 1 in its other namespaces
    /// before it does anything. Throws <see cref="IOException"/> with the reason.
    /// </summary>
    public async Task<Pidfd> StartAsync(StartDescription description, UserNamespace? users, ContainerCgroup cgroup, Action<Pidfd> whileItWaits, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory($"{host.Value.RuntimeDirectory}/containers", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (init, theirs) = PacketSocket.Pair($"report of {description.Uid}");
        var (builder, builders) = PacketSocket.Pair($"builder of {description.Uid}");
        using var ours = init;
        using var oursToo = builder;
        Pidfd process, helper;
        using (theirs)
        using (builders)
        using (var control = PacketSocket.Listen(ControlPath(description.Uid), 0x180))
        using (var memory = SealedMemory.Create("description", JsonSerializer.SerializeToUtf8Bytes(description, ContainerJson.Default.StartDescription)))
        {
            SafeFileHandle[] common = [_nothing, _nothing, _nothing, memory];
            (process, helper) = await SpawnAsync(
                users is null ? (image.Path, s_init) : (UserNamespaces.EntererPath, s_enter),
                [.. common, theirs.Handle, control.Handle, image.Memory, .. Of(users)],
                [.. common, builders.Handle, .. Of(users)]);
        }

        try
        {
            // What only root of the host may set, before anything of the container's runs.
            OomScore.TrySet(OomScore.PidOne, process.ProcessId);
            RaiseOpenFiles(description.OpenFiles, process, users is not null);
            cgroup.Join(process.ProcessId);
            cgroup.Join(helper.ProcessId);
            whileItWaits(process);
            await ExpectAsync(init, StartDescription.Loaded, description.Uid, cancellationToken);
            await ExpectAsync(builder, StartDescription.Built, description.Uid, cancellationToken);
            await ExpectAsync(init, StartDescription.Ready, description.Uid, cancellationToken);
            return process;
        }
        catch
        {
            process.TrySignal(SigKill);
            helper.TrySignal(SigKill);
            process.TryReap();
            process.Dispose();
            throw;
        }
        finally
        {
            _ = exits.Watch(helper).ContinueWith(_ => helper.Dispose(), TaskScheduler.Default);
        }
    }

    public void Dispose() => _nothing.Dispose();

    private static void RaiseOpenFiles(ulong wanted, Pidfd process, bool isInUserNamespace)
    {
        try
        {
            ResourceLimits.Set(ResourceLimit.OpenFiles, wanted, process.ProcessId);
        }
        catch (LinuxException e) when (isInUserNamespace && e.Errno == Tmds.Linux.LibC.EPERM)
        {
            // It is somebody else by now, and we lack CAP_SYS_RESOURCE: nothing can be raised then. What is too much, pid 1 lowers itself.
        }
    }

    private static SafeFileHandle[] Of(UserNamespace? users) => users is null ? [] : [users.Handle];

    /// <summary>Says "go" and waits for the word; anything else is why not.</summary>
    private async Task ExpectAsync(PacketSocket report, string word, uint uid, CancellationToken cancellationToken)
    {
        report.Send(Encoding.UTF8.GetBytes(StartDescription.Go));
        var answer = await Task.Factory.StartNew(() => Hear(report), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (answer != word)
        {
            throw new IOException($"container {uid} was not built: {answer}");
        }
    }

    private string Hear(PacketSocket report)
    {
        report.SetTimeout(start.Value.Timeout);
        var text = new byte[MaxReportBytes];
        var length = report.Receive(text, []);
        return length switch
        {
            > 0 => Encoding.UTF8.GetString(text, 0, length),
            0 => "it ended without a word",
            _ => $"nothing was heard for {start.Value.Timeout.TotalSeconds} s",
        };
    }

    /// <summary>
    /// Namespaces belong to the thread, and once it has a new pid namespace it can start processes but no more threads. So it does nothing else
    /// and ends. The first process is pid 1 of the namespace.
    /// </summary>
    private Task<(Pidfd Init, Pidfd Builder)> SpawnAsync((string Path, string[] Arguments) program, SafeFileHandle[] descriptors, SafeFileHandle[] builderDescriptors)
    {
        var result = new TaskCompletionSource<(Pidfd, Pidfd)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                Namespaces.Unshare(Kinds);
                var init = Open(ProcessSpawner.Start(program.Path, program.Arguments, s_environment, descriptors));
                result.SetResult((init, Open(ProcessSpawner.Start(image.Path, s_builder, s_environment, builderDescriptors))));
            }
            catch (Exception e)
            {
                // Whatever it is belongs to the start that asked. Without its descriptors a pid 1 that waits ends.
                result.SetException(e);
            }
        })
        { Name = "launcher", IsBackground = true };
        thread.Start();
        return result.Task;
    }

    private static Pidfd Open(int pid) => Pidfd.TryOpen(pid) ?? throw new IOException("it ended at once");
}
