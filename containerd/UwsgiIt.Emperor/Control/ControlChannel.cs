using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Control;

/// <summary>
/// The socket on which the daemon finds this Emperor, today's daemon and its successors: the last who connects is it. Without a daemon everything
/// goes on; what it would have been told is told as states when the next one comes.
/// </summary>
internal sealed class ControlChannel : IDisposable
{
    /// <summary>Messages kept for a daemon that reads slowly; beyond it the connection is given up, and the next gets all states anew. Ours, arbitrary.</summary>
    private const int MaxWaiting = 256;

    private readonly VassalContext _context;
    private readonly SafeFileHandle? _listener;
    private readonly Queue<byte[]> _waiting = new();
    private readonly byte[] _buffer = new byte[EmperorMessage.MaxBytes + 1];
    private SafeFileHandle? _daemon;
    private bool _isWatchingWrites;

    public ControlChannel(VassalContext context)
    {
        _context = context;
        if (context.Settings.ControlDescriptor >= 0)
        {
            _listener = new SafeFileHandle(context.Settings.ControlDescriptor, ownsHandle: true);
            DescriptorFlags.MakePrivate(_listener);
            context.Loop.Watch(_listener, PollEvents.Readable, _ => Accept());
        }
    }

    /// <summary>Raised for every message of the daemon.</summary>
    public Action<EmperorMessage> Received { get; set; } = static _ => { };

    /// <summary>Raised when a daemon has come.</summary>
    public Action Connected { get; set; } = static () => { };

    /// <summary>Raised when it has gone.</summary>
    public Action Lost { get; set; } = static () => { };

    public bool IsConnected => _daemon is not null;

    /// <summary>Sends it, or drops it when there is no daemon.</summary>
    public void Send(EmperorMessage message)
    {
        if (_daemon is null)
        {
            return;
        }

        if (_waiting.Count == MaxWaiting)
        {
            _context.Log.Write("the daemon does not read: connection given up");
            Close();
            return;
        }

        _waiting.Enqueue(message.Write());
        Flush();
    }

    public void Dispose()
    {
        Close();
        _listener?.Dispose();
    }

    private void Accept()
    {
        if (ListenSocket.Accept(_listener!) is not { } connection)
        {
            return;
        }

        Close();
        _daemon = connection;
        _context.Loop.Watch(connection, PollEvents.Readable, events => Ready(connection, events));
        Connected();
    }

    private void Ready(SafeFileHandle connection, PollEvents events)
    {
        if ((events & PollEvents.Writable) != 0)
        {
            Flush();
        }

        while (ReferenceEquals(connection, _daemon))
        {
            var length = Pipes.Read(connection, _buffer);
            if (length == StreamSocket.WouldBlock)
            {
                return;
            }

            if (length <= 0)
            {
                Close();
                return;
            }

            if (EmperorMessage.TryRead(_buffer.AsSpan(0, length)) is { } message)
            {
                Received(message);
            }
        }
    }

    private void Flush()
    {
        while (_daemon is { } daemon && _waiting.TryPeek(out var packet))
        {
            var sent = Pipes.Write(daemon, packet);
            if (sent < 0)
            {
                if (sent != StreamSocket.WouldBlock)
                {
                    Close();
                    return;
                }

                WatchWrites(true);
                return;
            }

            _waiting.Dequeue();
        }

        WatchWrites(false);
    }

    private void WatchWrites(bool wanted)
    {
        if (wanted != _isWatchingWrites && _daemon is not null)
        {
            _isWatchingWrites = wanted;
            _context.Loop.Change(_daemon, wanted ? PollEvents.Readable | PollEvents.Writable : PollEvents.Readable);
        }
    }

    private void Close()
    {
        _waiting.Clear();
        _isWatchingWrites = false;
        if (_daemon is { } daemon)
        {
            _daemon = null;
            _context.Loop.Unwatch(daemon);
            daemon.Dispose();
            Lost();
        }
    }
}
