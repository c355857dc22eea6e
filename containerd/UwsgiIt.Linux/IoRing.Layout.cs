using System.Runtime.InteropServices;

namespace UwsgiIt.Linux;

/// <summary>The kernel's structures (include/uapi/linux/io_uring.h).</summary>
public sealed partial class IoRing
{
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public byte Operation;
        public byte Flags;
        public ushort Priority;
        public int Descriptor;
        public ulong Offset;
        public ulong Address;
        public uint Length;
        public uint OperationFlags;
        public ulong Tag;
        public ushort BufferGroup;
        public ushort Personality;
        public int FileIndex;
        public ulong Address3;
        public ulong Padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BufferEntry
    {
        public ulong Address;
        public uint Length;
        public ushort Number;
        public ushort Tail;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BufferRegistration
    {
        public ulong Address;
        public uint Entries;
        public ushort Group;
        public ushort Flags;
        public ulong Reserved0;
        public ulong Reserved1;
        public ulong Reserved2;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SubmissionRing
    {
        public uint Head;
        public uint Tail;
        public uint Mask;
        public uint Entries;
        public uint Flags;
        public uint Dropped;
        public uint Array;
        public uint Reserved;
        public ulong UserAddress;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CompletionRing
    {
        public uint Head;
        public uint Tail;
        public uint Mask;
        public uint Entries;
        public uint Overflow;
        public uint Completions;
        public uint Flags;
        public uint Reserved;
        public ulong UserAddress;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Parameters
    {
        public uint Entries;
        public uint CompletionEntries;
        public uint Flags;
        public uint ThreadCpu;
        public uint ThreadIdle;
        public uint Features;
        public uint WorkDescriptor;
        public uint Reserved0;
        public uint Reserved1;
        public uint Reserved2;
        public SubmissionRing SubmissionOffsets;
        public CompletionRing CompletionOffsets;
    }
}
