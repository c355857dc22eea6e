using System.Text;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Vassals;

/// <summary>A listening socket that the Emperor holds: the first connection starts who shall have it.</summary>
internal sealed class OnDemandSocket : IDisposable
{
    private const int Backlog = 100;
    private const int MaxAddressBytes = 4096;

    private readonly VassalContext _context;
    private bool _isWatched;

    private OnDemandSocket(VassalContext context, string address, SafeFileHandle handle)
    {
        _context = context;
        Address = address;
        Handle = handle;
    }

    public string Address { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>The address in the file that lies beside the vassal's with this extension, or null.</summary>
    public static string? AddressFor(VassalContext context, string vassalPath)
    {
        using var customer = ActingAs.User(context.Settings.Uid, context.Settings.Gid);
        return context.Settings.OnDemandExtension is { Length: > 0 } extension && CustomerFile.TryRead(vassalPath + extension, MaxAddressBytes, out var content)
            ? Encoding.UTF8.GetString(content).Trim()
            : null;
    }

    /// <summary>Binds as the customer: a path (mode 0666) or ip:port. Null, with a line in the log, when that cannot be.</summary>
    public static OnDemandSocket? Open(VassalContext context, string address)
    {
        try
        {
            using var customer = ActingAs.User(context.Settings.Uid, context.Settings.Gid);
            var full = address.StartsWith(':') ? "0.0.0.0" + address : address;
            var socket = new OnDemandSocket(context, address, ListenSocket.Stream(full, Backlog));
            if (address.StartsWith('/'))
            {
                File.SetUnixFileMode(address, (UnixFileMode)0x1B6);
            }

            return socket;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Log.Write($"cannot listen on {address}: {e.Message}");
            return null;
        }
    }

    /// <summary>Calls back when somebody connects; once.</summary>
    public void Await(Action connected)
    {
        Ignore();
        _isWatched = true;
        _context.Loop.Watch(Handle, PollEvents.Readable, _ =>
        {
            Ignore();
            connected();
        });
    }

    /// <summary>Ends the wait.</summary>
    public void Ignore()
    {
        if (_isWatched)
        {
            _isWatched = false;
            _context.Loop.Unwatch(Handle);
        }
    }

    public void Dispose()
    {
        Ignore();
        Handle.Dispose();
    }
}
