using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Containerd.Launch;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Containerd.Sessions;

/// <summary>
/// Programs inside containers, asked for over a socket that anybody may connect to: the kernel says who it is, root may enter every container and
/// a container's uid its own. The stage that joins gets the client's connection, so a session outlives this daemon.
/// </summary>
internal sealed partial class SessionServer(
    ContainerRegistry registry,
    CgroupHierarchy cgroups,
    EmperorImage image,
    ExitWatcher exits,
    IOptions<PathOptions> options,
    ILogger<SessionServer> logger) : IHostedService, IDisposable
{
    private const int Streams = 3;

    // Of one caller; of all but root. Arbitrary, may grow: a place is taken until the session has begun or was refused, or for the time to ask.
    private const int MaxAtOnce = 4;
    private const int MaxWaiting = 128;
    private const int MaxOfAll = 1024;
    private static readonly TimeSpan AskTime = TimeSpan.FromSeconds(10);
    private static readonly string[] s_arguments = ["uwsgiit-emperor", "session"];
    private static readonly string[] s_environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"];

    private readonly SafeFileHandle _nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    private readonly CallerQueues _asking = new(MaxAtOnce, MaxWaiting, MaxOfAll, e => Log.Failed(logger, $"{e}"));
    private PacketSocket? _listener;
    private Thread? _thread;

    public static string SocketPath(PathOptions options) => options.RuntimeDirectory + "/session.sock";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Everybody may connect: what counts is who they are.
        _listener = PacketSocket.Listen(SocketPath(options.Value), 0x1B6);
        _thread = new Thread(Accept) { Name = "sessions", IsBackground = true };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _listener?.Shutdown();
        _thread?.Join();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _nothing.Dispose();
    }

    private void Accept()
    {
        while (_listener!.Accept() is { } client)
        {
            var caller = client.Peer().UserId;
            if (!_asking.TryAdd(caller, () => Serve(client)))
            {
                Log.TooMany(logger, caller);
                client.Dispose();
            }
        }
    }

    private void Serve(PacketSocket client)
    {
        var streams = new List<SafeFileHandle>();
        try
        {
            client.SetTimeout(AskTime);
            var text = new byte[SessionRequest.MaxBytes];
            var length = client.Receive(text, streams);
            if (length > 0)
            {
                var fault = Start(client, JsonSerializer.Deserialize(text.AsSpan(0, length), ContainerJson.Default.SessionRequest), streams);
                if (fault is not null)
                {
                    client.Send(JsonSerializer.SerializeToUtf8Bytes(new SessionAnswer { Fault = fault }, ContainerJson.Default.SessionAnswer));
                }
            }
        }
        catch (Exception e) when (e is IOException or JsonException or ArgumentException)
        {
            // A client's bad request, or a container that ended as we joined it.
            Log.Failed(logger, e.Message);
        }
        finally
        {
            streams.ForEach(static stream => stream.Dispose());
            client.Dispose();
        }
    }

    /// <summary>Null when the stage is on its way and answers from now on, else why not.</summary>
    private string? Start(PacketSocket client, SessionRequest? request, List<SafeFileHandle> streams)
    {
        var peer = client.Peer();
        if (request is null || (peer.UserId != 0 && peer.UserId != request.Uid))
        {
            Log.Refused(logger, peer.UserId, request?.Uid ?? 0);
            return "this container is not yours";
        }

        if (request.Terminal ? streams.Count > 0 : streams.Count != Streams || !streams.TrueForAll(IsPipeOrSocket))
        {
            return "a session without terminal needs three descriptors, pipes or sockets";
        }

        var running = registry.Find(request.Uid) is { Phase: ContainerPhase.Running, Running: { } found } ? found : null;
        if (running is null)
        {
            return "the container is still booting";
        }

        var (ours, theirs) = PacketSocket.Pair("session");
        using var report = ours;
        using var memory = SealedMemory.Create("session", JsonSerializer.SerializeToUtf8Bytes(DescriptionOf(request, running), ContainerJson.Default.SessionDescription));
        int pid;
        using (theirs)
        {
            pid = ProcessSpawner.Start(image.Path, s_arguments, s_environment, [_nothing, _nothing, _nothing, memory, theirs.Handle, running.Process.Handle, client.Handle, .. streams]);
        }

        cgroups.Of(request.Uid).Join(pid);
        report.Send(Encoding.UTF8.GetBytes(StartDescription.Go));
        Log.Started(logger, request.Uid, peer.UserId, pid);
        Reap(pid);
        return null;
    }

    private SessionDescription DescriptionOf(SessionRequest request, RunningContainer running) => new()
    {
        Uid = request.Uid,
        Home = $"{options.Value.ContainersRoot}/{request.Uid}",
        Request = request,
        IdBase = running.Record.IdBase,
        HasProfile = AppArmor.IsLoaded,
        Is32Bit = running.Record.Definition.Distro is { } distro && DistroFacts.Is32Bit($"{options.Value.DistrosRoot}/{distro}"),
    };

    private void Reap(int pid)
    {
        var process = Pidfd.TryOpen(pid);
        if (process is not null)
        {
            _ = exits.Watch(process).ContinueWith(_ => process.Dispose(), TaskScheduler.Default);
        }
    }

    /// <summary>Never a file, directory or terminal of the host.</summary>
    private static bool IsPipeOrSocket(SafeFileHandle stream) => SafePath.Stat(stream) is { IsSocket: true } or { IsPipe: true };

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.SessionStarted, LogLevel.Information, "Session in container {Uid} for uid {PeerUid}, process {ProcessId}.")]
        public static partial void Started(ILogger logger, uint uid, uint peerUid, int processId);

        [LoggerMessage(ContainerdEventIds.SessionRefused, LogLevel.Warning, "Uid {PeerUid} may not enter container {Uid}.")]
        public static partial void Refused(ILogger logger, uint peerUid, uint uid);

        [LoggerMessage(ContainerdEventIds.SessionsTooMany, LogLevel.Debug, "Uid {PeerUid} asks for too many sessions at once.")]
        public static partial void TooMany(ILogger logger, uint peerUid);

        [LoggerMessage(ContainerdEventIds.SessionFailed, LogLevel.Debug, "A session came to nothing: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
