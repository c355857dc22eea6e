using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Containerd.Launch;

/// <summary>
/// From a description to a running pid 1: 1 new namespaces on a thread made for it, 2 the Emperor spawned from there, 3 put into its cgroup while it
/// waits, 4 given what its caller has for it, told to go on, 5 heard to be ready. A step that fails leaves no process.
/// </summary>
internal sealed class ContainerLauncher(EmperorImage image, IOptions<PathOptions> host, IOptions<StartOptions> start) : IDisposable
{
    private const NamespaceKinds Kinds = NamespaceKinds.Mount | NamespaceKinds.Pid | NamespaceKinds.Ipc | NamespaceKinds.HostName | NamespaceKinds.Network;
    private const int MaxReportBytes = 4096;
    private const int SigKill = 9;

    private static readonly string[] s_arguments = ["uwsgiit-emperor", "contain"];
    private static readonly string[] s_environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"];

    private readonly SafeFileHandle _nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    /// <summary>The path at which pid 1 of a container listens for the daemon.</summary>
    public string ControlPath(uint uid) => $"{host.Value.RuntimeDirectory}/containers/{uid}.sock";

    /// <summary>Starts a container; <paramref name="whileItWaits"/> gets pid 1 in its namespaces before it does anything. Throws <see cref="IOException"/> with the reason.</summary>
    public async Task<Pidfd> StartAsync(StartDescription description, ContainerCgroup cgroup, Action<Pidfd> whileItWaits, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory($"{host.Value.RuntimeDirectory}/containers", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (ours, theirs) = PacketSocket.Pair($"report of {description.Uid}");
        using var report = ours;
        Pidfd process;
        using (theirs)
        using (var control = PacketSocket.Listen(ControlPath(description.Uid), 0x180))
        using (var memory = SealedMemory.Create("description", JsonSerializer.SerializeToUtf8Bytes(description, ContainerJson.Default.StartDescription)))
        {
            process = await SpawnAsync([_nothing, _nothing, _nothing, memory, theirs.Handle, control.Handle]);
        }

        try
        {
            cgroup.Join(process.ProcessId);
            whileItWaits(process);
            report.Send(Encoding.UTF8.GetBytes(StartDescription.Go));
            var answer = await Task.Factory.StartNew(() => Hear(report), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return answer == StartDescription.Ready ? process : throw new IOException($"container {description.Uid} was not built: {answer}");
        }
        catch
        {
            process.TrySignal(SigKill);
            process.TryReap();
            process.Dispose();
            throw;
        }
    }

    public void Dispose() => _nothing.Dispose();

    private string Hear(PacketSocket report)
    {
        report.SetTimeout(start.Value.Timeout);
        var text = new byte[MaxReportBytes];
        var length = report.Receive(text, []);
        return length switch
        {
            > 0 => Encoding.UTF8.GetString(text, 0, length),
            0 => "pid 1 ended without a word",
            _ => $"nothing was heard for {start.Value.Timeout.TotalSeconds} s",
        };
    }

    /// <summary>
    /// Namespaces belong to the thread, and once it has a new pid namespace it can start processes but no more threads. So it does nothing else
    /// and ends.
    /// </summary>
    private Task<Pidfd> SpawnAsync(SafeFileHandle[] descriptors)
    {
        var result = new TaskCompletionSource<Pidfd>(TaskCreationOptions.RunContinuationsAsynchronously);
        var path = image.Path;
        var thread = new Thread(() =>
        {
            try
            {
                Namespaces.Unshare(Kinds);
                var pid = ProcessSpawner.Start(path, s_arguments, s_environment, descriptors);
                result.SetResult(Pidfd.TryOpen(pid) ?? throw new IOException("pid 1 ended at once"));
            }
            catch (Exception e)
            {
                // Whatever it is belongs to the start that asked.
                result.SetException(e);
            }
        })
        { Name = "launcher", IsBackground = true };
        thread.Start();
        return result.Task;
    }
}
