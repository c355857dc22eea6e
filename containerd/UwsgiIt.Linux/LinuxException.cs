using System.Runtime.InteropServices;

namespace UwsgiIt.Linux;

/// <summary>A system call failed: which one, with what errno, and what it was about.</summary>
public sealed class LinuxException : IOException
{
    /// <summary>Describes a failed call.</summary>
    /// <param name="call">C name of the call.</param>
    /// <param name="errno">The errno it left.</param>
    /// <param name="subject">The path, uid or descriptor it was about.</param>
    public LinuxException(string call, int errno, string subject)
        : base($"{call}({subject}): {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")
    {
        Call = call;
        Errno = errno;
        Subject = subject;
    }

    /// <summary>C name of the call.</summary>
    public string Call { get; }

    /// <summary>The errno it left; compare with the constants of Tmds.Linux.LibC.</summary>
    public int Errno { get; }

    /// <summary>The path, uid or descriptor it was about.</summary>
    public string Subject { get; }
}
