using System.Text;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Emperor.Vassals;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Announcing;

/// <summary>run/notify.socket, to which the router answers announces: its sentences go to the log, so many a minute and no more.</summary>
internal sealed class NotifySocket(VassalContext context) : IDisposable
{
    /// <summary>Longest sentence, in bytes; the rest is cut. Ours, arbitrary.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Sentences logged a minute; anybody in the container can send some. Ours, arbitrary.</summary>
    public const int MaxPerMinute = 60;

    private SafeFileHandle? _socket;
    private long _minute;
    private int _thisMinute;

    /// <summary>Binds it as the customer; a fault is a line in the log, and answers are not heard.</summary>
    public void Start()
    {
        var path = Shortcuts.NotifySocket(context.Settings);
        try
        {
            using var customer = ActingAs.User(context.Settings.Uid, context.Settings.Gid);
            _socket = ListenSocket.Datagram(path);
            File.SetUnixFileMode(path, (UnixFileMode)0x1B6);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Log.Write($"the router's answers are not heard: {e.Message}");
            return;
        }

        context.Loop.Watch(_socket, PollEvents.Readable, _ => Read());
    }

    public void Dispose() => _socket?.Dispose();

    private void Read()
    {
        Span<byte> sentence = stackalloc byte[MaxBytes];
        var length = Pipes.Read(_socket!, sentence);
        if (length <= 0)
        {
            return;
        }

        var minute = context.Now.ToUnixTimeSeconds() / 60;
        _thisMinute = minute == _minute ? _thisMinute + 1 : 1;
        _minute = minute;
        if (_thisMinute <= MaxPerMinute)
        {
            context.Log.Write(Encoding.UTF8.GetString(sentence[..length]));
        }
    }
}
