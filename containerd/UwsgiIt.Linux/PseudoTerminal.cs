using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>What can be asked of a pseudo-terminal's master (ioctl_tty(2)).</summary>
public static unsafe class PseudoTerminal
{
    private const int TIOCGPTN_ = unchecked((int)0x80045430);
    private const int TIOCSPTLCK_ = 0x40045431;
    private const int TIOCGPTPEER_ = 0x5441;
    private const int TIOCGWINSZ_ = 0x5413;
    private const int TIOCSWINSZ_ = 0x5414;

    /// <summary>Lets the other side be opened.</summary>
    public static void Unlock(SafeFileHandle master)
    {
        var locked = 0;
        Control(master, TIOCSPTLCK_, &locked, "TIOCSPTLCK");
    }

    /// <summary>The number of the other side below /dev/pts.</summary>
    public static int Number(SafeFileHandle master)
    {
        int number;
        Control(master, TIOCGPTN_, &number, "TIOCGPTN");
        return number;
    }

    /// <summary>Opens the other side without a path, Linux 4.13.</summary>
    public static SafeFileHandle OpenSlave(SafeFileHandle master)
    {
        ArgumentNullException.ThrowIfNull(master);
        var descriptor = ioctl((int)master.DangerousGetHandle(), TIOCGPTPEER_, (void*)(nint)(O_RDWR | O_NOCTTY | O_CLOEXEC));
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new LinuxException("ioctl", LibC.errno, "TIOCGPTPEER");
    }

    /// <summary>Makes a user the owner of the terminal, with mode 0620.</summary>
    public static void GiveTo(SafeFileHandle slave, uint userId, uint groupId)
    {
        ArgumentNullException.ThrowIfNull(slave);
        if (fchown((int)slave.DangerousGetHandle(), userId, groupId) != 0 || fchmod((int)slave.DangerousGetHandle(), (ushort)0x190) != 0)
        {
            throw new LinuxException("fchown", LibC.errno, "terminal");
        }
    }

    /// <summary>Copies one terminal's size to another; nothing where there is none to copy.</summary>
    public static void CopySize(SafeFileHandle from, SafeFileHandle to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ulong size;
        if (ioctl((int)from.DangerousGetHandle(), TIOCGWINSZ_, &size) == 0)
        {
            _ = ioctl((int)to.DangerousGetHandle(), TIOCSWINSZ_, &size);
        }
    }

    /// <summary>Rows and columns; 0 and 0 where it is no terminal.</summary>
    public static (ushort Rows, ushort Columns) Size(SafeFileHandle terminal)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        var size = stackalloc ushort[4];
        return ioctl((int)terminal.DangerousGetHandle(), TIOCGWINSZ_, size) == 0 ? (size[0], size[1]) : default;
    }

    /// <summary>Gives it a size.</summary>
    public static void SetSize(SafeFileHandle terminal, ushort rows, ushort columns)
    {
        var size = stackalloc ushort[4];
        (size[0], size[1], size[2], size[3]) = (rows, columns, 0, 0);
        Control(terminal, TIOCSWINSZ_, size, "TIOCSWINSZ");
    }

    private static void Control(SafeFileHandle handle, int request, void* argument, string name)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (ioctl((int)handle.DangerousGetHandle(), request, argument) < 0)
        {
            throw new LinuxException("ioctl", LibC.errno, name);
        }
    }
}
