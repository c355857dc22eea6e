using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Processes;

/// <summary>Pipes and socket pairs between us and a child; close-on-exec, our end non-blocking.</summary>
public static unsafe class Pipes
{
    /// <summary>A pipe whose reader is ours. It belongs to the user we act as, so that the child can open it again as /dev/stdout.</summary>
    public static (SafeFileHandle Reader, SafeFileHandle Writer) ForOutput()
    {
        var ends = stackalloc int[2];
        if (pipe2(ends, O_CLOEXEC) != 0)
        {
            throw new LinuxException("pipe2", LibC.errno, "output");
        }

        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK);
        return (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true));
    }

    /// <summary>A connected pair of unix stream sockets.</summary>
    public static (SafeFileHandle Ours, SafeFileHandle Child) ForControl()
    {
        var ends = stackalloc int[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        {
            throw new LinuxException("socketpair", LibC.errno, "control");
        }

        _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
        return (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true));
    }

    /// <summary>Reads what there is: 0 at the end, a negated errno (<see cref="StreamSocket.WouldBlock"/>) otherwise.</summary>
    public static int Read(SafeFileHandle handle, Span<byte> buffer)
    {
        ArgumentNullException.ThrowIfNull(handle);
        fixed (byte* pointer = buffer)
        {
            var count = (long)read((int)handle.DangerousGetHandle(), pointer, (size_t)buffer.Length);
            return count >= 0 ? (int)count : -LibC.errno;
        }
    }

    /// <summary>Writes what fits to a pipe or file; a negated errno when nothing does. SIGPIPE must be ignored, as the runtime does.</summary>
    public static int Write(SafeFileHandle handle, ReadOnlySpan<byte> buffer)
    {
        ArgumentNullException.ThrowIfNull(handle);
        fixed (byte* pointer = buffer)
        {
            var count = (long)write((int)handle.DangerousGetHandle(), pointer, (size_t)buffer.Length);
            return count >= 0 ? (int)count : -LibC.errno;
        }
    }
}
