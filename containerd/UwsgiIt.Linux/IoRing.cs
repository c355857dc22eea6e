using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>
/// io_uring(7) for sockets, with a set of buffers that the kernel takes from when something arrives. The thread that makes it alone may use
/// it (IORING_SETUP_SINGLE_ISSUER). Operations are queued, and go to the kernel together with the next <see cref="Enter"/>.
/// </summary>
public sealed unsafe partial class IoRing : IDisposable
{
    /// <summary>Size of a received-into buffer, in bytes.</summary>
    public const int BufferBytes = 8 * 1024;

    private const int Entries = 1024;
    private const int CompletionEntries = 4096;
    private const int Buffers = 512; // a power of two; 4 MiB of which only what was used once is resident

    // include/uapi/linux/io_uring.h
    private const uint SetupCompletionSize = 1 << 3;
    private const uint SetupSingleIssuer = 1 << 12;
    private const uint SetupDeferTaskRun = 1 << 13;
    private const uint FeatureSingleMap = 1 << 0;
    private const uint FeatureNoDrop = 1 << 1;
    private const int RegisterBufferRing = 22;
    private const int GetEvents = 1;
    private const byte OperationPoll = 6;
    private const byte OperationSend = 26;
    private const byte OperationReceive = 27;
    private const byte FlagBufferSelect = 1 << 5;
    private const ushort PollFirst = 1 << 0;
    private const uint PollMany = 1 << 0;
    private const nint OffsetRings = 0;
    private const nint OffsetEntries = 0x10000000;

    private readonly int _descriptor;
    private readonly nuint _ringsBytes;
    private readonly byte* _rings;
    private readonly Entry* _entries;
    private readonly RingCompletion* _completions;
    private readonly uint* _kernelHead;
    private readonly uint* _kernelTail;
    private readonly uint* _completionHead;
    private readonly uint* _completionTail;
    private readonly uint _mask;
    private readonly uint _completionMask;
    private readonly BufferEntry* _bufferRing;
    private readonly byte* _buffers;
    private uint _tail;
    private uint _submitted;
    private ushort _bufferTail;

    /// <summary>Throws <see cref="LinuxException"/> where the kernel lacks or forbids something of it (Linux 6.1 has it all).</summary>
    public IoRing()
    {
        Parameters parameters = default;
        parameters.Flags = SetupCompletionSize | SetupSingleIssuer | SetupDeferTaskRun;
        parameters.CompletionEntries = CompletionEntries;
        _descriptor = (int)Native.Syscall(Native.SYS_io_uring_setup, Entries, (nint)(&parameters), 0, 0, 0, 0);
        if (_descriptor < 0)
        {
            throw new LinuxException("io_uring_setup", Marshal.GetLastPInvokeError(), "event loop");
        }

        try
        {
            const uint Needed = FeatureSingleMap | FeatureNoDrop;
            if ((parameters.Features & Needed) != Needed)
            {
                throw new LinuxException("io_uring_setup", ENOSYS, "features");
            }

            _ringsBytes = Math.Max(parameters.SubmissionOffsets.Array + (parameters.Entries * sizeof(uint)), parameters.CompletionOffsets.Completions + (parameters.CompletionEntries * (uint)sizeof(RingCompletion)));
            _rings = Map(_ringsBytes, OffsetRings);
            _entries = (Entry*)Map(parameters.Entries * (nuint)sizeof(Entry), OffsetEntries);
            _kernelHead = (uint*)(_rings + parameters.SubmissionOffsets.Head);
            _kernelTail = (uint*)(_rings + parameters.SubmissionOffsets.Tail);
            _mask = *(uint*)(_rings + parameters.SubmissionOffsets.Mask);
            _completionHead = (uint*)(_rings + parameters.CompletionOffsets.Head);
            _completionTail = (uint*)(_rings + parameters.CompletionOffsets.Tail);
            _completionMask = *(uint*)(_rings + parameters.CompletionOffsets.Mask);
            _completions = (RingCompletion*)(_rings + parameters.CompletionOffsets.Completions);
            var array = (uint*)(_rings + parameters.SubmissionOffsets.Array);
            for (var i = 0u; i < parameters.Entries; i++)
            {
                array[i] = i;
            }

            _bufferRing = (BufferEntry*)NativeMemory.AlignedAlloc((nuint)(Buffers * sizeof(BufferEntry)), (nuint)Environment.SystemPageSize);
            NativeMemory.Clear(_bufferRing, (nuint)(Buffers * sizeof(BufferEntry)));
            _buffers = (byte*)NativeMemory.AlignedAlloc(Buffers * BufferBytes, (nuint)Environment.SystemPageSize);
            BufferRegistration registration = new() { Address = (ulong)_bufferRing, Entries = Buffers };
            if (Native.Syscall(Native.SYS_io_uring_register, _descriptor, RegisterBufferRing, (nint)(&registration), 1, 0, 0) < 0)
            {
                throw new LinuxException("io_uring_register", Marshal.GetLastPInvokeError(), "buffers");
            }

            for (var i = 0; i < Buffers; i++)
            {
                GiveBack(i);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Number of the next operation to be queued; wraps. With <see cref="IsQueued"/> it tells whether one can still be changed.</summary>
    public uint Position => _tail;

    /// <summary>Watches a descriptor until it completes with an error: one completion for each time that something becomes readable.</summary>
    public void Poll(int descriptor, ulong tag)
    {
        ref var entry = ref Next(OperationPoll, descriptor, tag);
        entry.Length = PollMany;
        entry.OperationFlags = (uint)PollEvents.Readable;
    }

    /// <summary>Receives once, as soon as there is something, into a buffer that the kernel takes then. Without a free one it completes with ENOBUFS.</summary>
    public void Receive(StreamSocket socket, ulong tag)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ref var entry = ref Next(OperationReceive, socket.Id, tag);
        entry.Flags = FlagBufferSelect;
        entry.Priority = PollFirst;
        entry.Length = BufferBytes;
    }

    /// <summary>Sends all of it, waiting for room (MSG_WAITALL): less is sent only before an error. The memory is the kernel's until then.</summary>
    public void Send(StreamSocket socket, byte* memory, int length, ulong tag)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ref var entry = ref Next(OperationSend, socket.Id, tag);
        entry.Address = (ulong)memory;
        entry.Length = (uint)length;
        entry.OperationFlags = (uint)(MSG_NOSIGNAL | MSG_WAITALL);
    }

    /// <summary>True while the operation that had this position was not given to the kernel.</summary>
    public bool IsQueued(uint position) => position - _submitted < _tail - _submitted;

    /// <summary>Changes the length of a queued operation.</summary>
    public void Lengthen(uint position, int length) => _entries[position & _mask].Length = (uint)length;

    /// <summary>Gives what is queued to the kernel; with <paramref name="wait"/> it comes back with at least one completion.</summary>
    public void Enter(bool wait)
    {
        Volatile.Write(ref *_kernelTail, _tail);
        while (true)
        {
            // Without GetEvents the kernel would not run what it has put off for us.
            var count = (int)Native.Syscall(Native.SYS_io_uring_enter, _descriptor, (nint)(_tail - _submitted), wait ? 1 : 0, GetEvents, 0, 0);
            if (count >= 0)
            {
                _submitted += (uint)count;
                if (_submitted == _tail)
                {
                    return;
                }
            }
            else if (Marshal.GetLastPInvokeError() is var errno && (errno == EBUSY || errno == EAGAIN))
            {
                // The completions are in the way of more; they come first.
                return;
            }
            else if (errno != EINTR)
            {
                throw new LinuxException("io_uring_enter", errno, "event loop");
            }
        }
    }

    /// <summary>Takes a completion; false when there is none.</summary>
    public bool TryTake(out RingCompletion completion)
    {
        var head = *_completionHead;
        if (head == Volatile.Read(ref *_completionTail))
        {
            completion = default;
            return false;
        }

        completion = _completions[head & _completionMask];
        Volatile.Write(ref *_completionHead, head + 1);
        return true;
    }

    /// <summary>How many completions can be taken now.</summary>
    public int Count => (int)(Volatile.Read(ref *_completionTail) - *_completionHead);

    /// <summary>What was received into a buffer.</summary>
    public ReadOnlySpan<byte> Buffer(int number) => new(_buffers + ((nint)number * BufferBytes), BufferBytes);

    /// <summary>Gives a buffer back to the kernel.</summary>
    public void GiveBack(int number)
    {
        ref var entry = ref _bufferRing[_bufferTail & (Buffers - 1)];
        entry.Address = (ulong)(_buffers + ((nint)number * BufferBytes));
        entry.Length = BufferBytes;
        entry.Number = (ushort)number;

        // The tail lies in the first entry's last field.
        Volatile.Write(ref _bufferRing[0].Tail, ++_bufferTail);
    }

    /// <summary>Closes it; operations under way are cancelled.</summary>
    public void Dispose()
    {
        _ = close(_descriptor);
        if (_entries is not null)
        {
            _ = munmap(_entries, Entries * (size_t)sizeof(Entry));
        }

        if (_rings is not null)
        {
            _ = munmap(_rings, (size_t)_ringsBytes);
        }

        // The buffers are left: the kernel ends what is under way in its own time.
    }

    private ref Entry Next(byte operation, int descriptor, ulong tag)
    {
        if (_tail - Volatile.Read(ref *_kernelHead) > _mask)
        {
            Enter(wait: false);
        }

        ref var entry = ref _entries[_tail++ & _mask];
        entry = default;
        entry.Operation = operation;
        entry.Descriptor = descriptor;
        entry.Tag = tag;
        return ref entry;
    }

    private byte* Map(nuint length, nint offset)
    {
        var memory = mmap(null, (size_t)length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, _descriptor, offset);
        return memory != MAP_FAILED ? (byte*)memory : throw new LinuxException("mmap", LibC.errno, "event loop");
    }
}
