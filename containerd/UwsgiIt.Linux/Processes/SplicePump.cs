using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Processes;

/// <summary>One direction between two non-blocking sockets, by splice(2) through a pipe: the bytes stay in the kernel. Owns the pipe only.</summary>
public sealed unsafe partial class SplicePump : IDisposable
{
    private const uint SpliceFlags = 1 | 2; // SPLICE_F_MOVE | SPLICE_F_NONBLOCK
    private const int ChunkBytes = 64 * 1024;

    // So much in one turn, then others on the loop.
    private const int MaxRounds = 16;

    private readonly SafeFileHandle _source;
    private readonly SafeFileHandle _target;
    private readonly SafeFileHandle _reader;
    private readonly SafeFileHandle _writer;
    private int _inPipe;
    private bool _hasEnded;

    /// <summary>Between these two. Throws <see cref="LinuxException"/> when there is no pipe to be had.</summary>
    public SplicePump(SafeFileHandle source, SafeFileHandle target)
    {
        _source = source;
        _target = target;
        var ends = stackalloc int[2];
        if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        {
            throw new LinuxException("pipe2", LibC.errno, "splice");
        }

        _reader = new SafeFileHandle(ends[0], ownsHandle: true);
        _writer = new SafeFileHandle(ends[1], ownsHandle: true);
    }

    /// <summary>Bytes passed on.</summary>
    public long Passed { get; private set; }

    /// <summary>The source has ended and all of it was passed on.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Passes on what can be; false when the connection is broken. <paramref name="again"/>: the turn was over before the bytes were.</summary>
    public bool TryPump(out bool again)
    {
        again = false;
        for (var round = 0; round < MaxRounds && !IsComplete; round++)
        {
            var taken = !_hasEnded && _inPipe == 0 ? Splice(_source, _writer, ChunkBytes) : 0;
            if (taken == 0 && !_hasEnded && _inPipe == 0)
            {
                _hasEnded = true;
            }
            else if (taken < 0 && taken != StreamSocket.WouldBlock)
            {
                return false;
            }

            _inPipe += Math.Max(taken, 0);
            if (_inPipe > 0)
            {
                var given = Splice(_reader, _target, _inPipe);
                if (given < 0)
                {
                    return given == StreamSocket.WouldBlock;
                }

                _inPipe -= given;
                Passed += given;
            }
            else if (_hasEnded)
            {
                ListenSocket.EndSending(_target);
                IsComplete = true;
            }
            else
            {
                return true;
            }
        }

        again = !IsComplete;
        return true;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
    }

    private static int Splice(SafeFileHandle from, SafeFileHandle to, int bytes)
    {
        var count = splice((int)from.DangerousGetHandle(), null, (int)to.DangerousGetHandle(), null, bytes, SpliceFlags);
        return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint splice(int from, long* fromOffset, int to, long* toOffset, nint bytes, uint flags);
}
