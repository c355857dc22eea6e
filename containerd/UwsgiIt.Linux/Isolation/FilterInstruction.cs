using System.Runtime.InteropServices;

namespace UwsgiIt.Linux.Isolation;

/// <summary>struct sock_filter of linux/filter.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FilterInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint Value);
