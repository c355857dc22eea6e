using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;

namespace UwsgiIt.Emperor.Setup;

/// <summary>A terminal of the container's devpts.</summary>
internal sealed class Terminal : IDisposable
{
    private const uint TerminalGroup = 5;

    private Terminal(SafeFileHandle master, SafeFileHandle slave, string slavePath)
    {
        Master = master;
        Slave = slave;
        SlavePath = slavePath;
    }

    public SafeFileHandle Master { get; }

    public SafeFileHandle Slave { get; }

    /// <summary>Its name within the container.</summary>
    public string SlavePath { get; }

    /// <summary>Opens a new one for a user, of the client's size. The container's root must be ours.</summary>
    public static Terminal Open(uint uid, ushort rows, ushort columns)
    {
        using var terminals = SafeDirectory.OpenTrusted("/dev/pts");
        var master = terminals.OpenCharacterDevice("ptmx");
        PseudoTerminal.Unlock(master);
        var slave = PseudoTerminal.OpenSlave(master);
        PseudoTerminal.SetSize(master, rows, columns);
        PseudoTerminal.GiveTo(slave, uid, TerminalGroup);
        return new Terminal(master, slave, $"/dev/pts/{PseudoTerminal.Number(master)}");
    }

    public void Dispose()
    {
        Master.Dispose();
        Slave.Dispose();
    }
}
