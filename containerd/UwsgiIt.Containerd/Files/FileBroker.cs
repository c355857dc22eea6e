using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Containerd.Launch;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Containerd.Files;

/// <summary>
/// Opens customers' certificates and keys for the router, which may not read them: as the customer who named them, below the customer's own home, no
/// link followed, for reading. Who asks is known by the kernel's word: root, or the group that passes through homes.
/// </summary>
internal sealed partial class FileBroker(IOptions<PathOptions> options, HomeGroup homeGroup, ILogger<FileBroker> logger) : IHostedService, IDisposable
{
    private const int MaxFileBytes = 256 * 1024;
    private const int MaxAtOnce = 16;
    private const int MaxWaiting = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CallerQueues _serving = new(MaxAtOnce, MaxWaiting, MaxAtOnce + MaxWaiting, e => Log.Failed(logger, $"{e}"));
    private PacketSocket? _listener;
    private Thread? _thread;

    public static string SocketPath(PathOptions options) => options.RuntimeDirectory + "/files.sock";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener = PacketSocket.Listen(SocketPath(options.Value), 0x1B6);
        _thread = new Thread(Accept) { Name = "files", IsBackground = true };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _listener?.Shutdown();
        _thread?.Join();
        return Task.CompletedTask;
    }

    public void Dispose() => _listener?.Dispose();

    private void Accept()
    {
        while (_listener!.Accept() is { } client)
        {
            var peer = client.Peer();
            if (peer.UserId != 0 && peer.GroupId != homeGroup.Id)
            {
                Log.Refused(logger, peer.UserId);
                client.Dispose();
            }
            else if (!_serving.TryAdd(peer.UserId, () => Serve(client)))
            {
                Log.Failed(logger, "too many at once");
                client.Dispose();
            }
        }
    }

    private void Serve(PacketSocket client)
    {
        var unwanted = new List<SafeFileHandle>();
        try
        {
            client.SetTimeout(Patience);
            var message = new byte[FileRequest.MaxBytes];
            var length = client.Receive(message, unwanted);
            if (length > 0)
            {
                using var file = FileRequest.TryRead(message.AsSpan(0, length), out var request) ? TryOpen(request, out var problem) : Refuse("that is no request", out problem);
                client.Send(Encoding.UTF8.GetBytes(problem), file is null ? [] : [file]);
            }
        }
        catch (IOException e)
        {
            // Whoever asked has gone, or asked for too much at once.
            Log.Failed(logger, e.Message);
        }
        finally
        {
            unwanted.ForEach(static descriptor => descriptor.Dispose());
            client.Dispose();
        }
    }

    private SafeFileHandle? TryOpen(FileRequest request, out string problem)
    {
        var home = $"{options.Value.ContainersRoot.TrimEnd('/')}/{request.UserId}/";
        if (!DefinitionFaults.IsUid(request.UserId) || !request.Path.StartsWith(home, StringComparison.Ordinal) || request.Path.Split('/').Contains(".."))
        {
            return Refuse("it is not below the container's home", out problem);
        }

        SafeFileHandle? file;
        int errno;
        using (ActingAs.User(request.UserId, request.UserId))
        {
            _ = SafePath.TryOpen(request.Path, pathOnly: false, out file, out errno);
        }

        if (file is null)
        {
            return Refuse($"its customer cannot open it (errno {errno})", out problem);
        }

        if (SafePath.Stat(file) is { IsRegularFile: true, Size: <= MaxFileBytes })
        {
            problem = "";
            return file;
        }

        file.Dispose();
        return Refuse($"it is not a regular file of at most {MaxFileBytes} bytes", out problem);
    }

    private static SafeFileHandle? Refuse(string reason, out string problem)
    {
        problem = reason;
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.FileRefused, LogLevel.Warning, "Uid {PeerUid} may not ask for customers' files.")]
        public static partial void Refused(ILogger logger, uint peerUid);

        [LoggerMessage(ContainerdEventIds.FileFailed, LogLevel.Debug, "A question for a file came to nothing: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
