using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;

namespace UwsgiIt.Emperor.Setup;

/// <summary>A terminal of the container's devpts.</summary>
internal sealed class Terminal : IDisposable
{
    /// <summary>Group "tty" of every distro.</summary>
    public const uint Group = 5;

    private Terminal(SafeFileHandle master, SafeFileHandle slave, int number)
    {
        Master = master;
        Slave = slave;
        Number = number;
    }

    public SafeFileHandle Master { get; }

    public SafeFileHandle Slave { get; }

    /// <summary>Its name below the container's /dev/pts.</summary>
    public int Number { get; }

    /// <summary>Opens a new one for a user, of the client's size. The container's root must be ours.</summary>
    public static Terminal Open(uint uid, uint group, ushort rows, ushort columns)
    {
        using var terminals = SafeDirectory.OpenTrusted("/dev/pts");
        var master = terminals.OpenCharacterDevice("ptmx");
        PseudoTerminal.Unlock(master);
        var slave = PseudoTerminal.OpenSlave(master);
        PseudoTerminal.SetSize(master, rows, columns);
        PseudoTerminal.GiveTo(slave, uid, group);
        return new Terminal(master, slave, PseudoTerminal.Number(master));
    }

    public void Dispose()
    {
        Master.Dispose();
        Slave.Dispose();
    }
}
