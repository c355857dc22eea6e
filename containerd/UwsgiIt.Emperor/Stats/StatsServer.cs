using Microsoft.Win32.SafeHandles;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Stats;

/// <summary>Whoever connects gets the stats and the end of the stream, as with the original.</summary>
internal sealed class StatsServer(VassalContext context, Func<byte[]> stats) : IDisposable
{
    private const int Backlog = 100;
    private const int MaxReaders = 16;

    // Who does not read is let go.
    private static readonly TimeSpan SlowestReader = TimeSpan.FromSeconds(10);

    private SafeFileHandle? _listener;
    private int _readers;

    /// <summary>Listens as the customer; a fault is a line in the log and no stats.</summary>
    public void Start()
    {
        if (context.Settings.StatsAddress is not { Length: > 0 } address)
        {
            return;
        }

        try
        {
            using var customer = ActingAs.User(context.Settings.Uid, context.Settings.Gid);
            _listener = ListenSocket.Stream(address, Backlog);
        }
        catch (LinuxException e)
        {
            context.Log.Write($"no stats: {e.Message}");
            return;
        }

        context.Loop.Watch(_listener, PollEvents.Readable, _ => Accept());
    }

    public void Dispose() => _listener?.Dispose();

    private void Accept()
    {
        if (ListenSocket.Accept(_listener!) is not { } reader)
        {
            return;
        }

        if (_readers == MaxReaders)
        {
            reader.Dispose();
            return;
        }

        _readers++;
        var bytes = stats();
        var sent = 0;
        LoopTimer? slow = null;
        slow = context.Loop.After(SlowestReader, Close);
        context.Loop.Watch(reader, PollEvents.Writable, _ =>
        {
            var count = Pipes.Write(reader, bytes.AsSpan(sent));
            sent += Math.Max(count, 0);
            if (sent == bytes.Length || (count < 0 && count != StreamSocket.WouldBlock))
            {
                Close();
            }
        });

        void Close()
        {
            slow!.Cancel();
            context.Loop.Unwatch(reader);
            reader.Dispose();
            _readers--;
        }
    }
}
