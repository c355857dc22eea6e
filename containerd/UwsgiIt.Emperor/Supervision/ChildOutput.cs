using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Supervision;

/// <summary>Standard output and error of a child, on its way into the log. A child that writes faster than the log takes waits, nobody else.</summary>
internal static class ChildOutput
{
    // A child's turn on the loop: so much and no more, then the others.
    private const int TurnBytes = 16 * 1024;

    private static readonly byte[] Buffer = new byte[TurnBytes];

    /// <summary>The writing end for the child; dispose it once the child has been started. The reading end lives until the last writer is gone.</summary>
    public static SafeFileHandle Open(VassalContext context)
    {
        using var customer = ActingAs.User(context.Settings.Uid, context.Settings.Gid);
        var (reader, writer) = Pipes.ForOutput();
        context.Loop.Watch(reader, PollEvents.Readable, _ => Copy(context, reader));
        return writer;
    }

    private static void Copy(VassalContext context, SafeFileHandle reader)
    {
        var length = Pipes.Read(reader, Buffer);
        if (length > 0)
        {
            context.Log.WriteRaw(Buffer.AsSpan(0, length));
        }
        else if (length != StreamSocket.WouldBlock)
        {
            context.Loop.Unwatch(reader);
            reader.Dispose();
        }
    }
}
