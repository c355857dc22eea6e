using System.Runtime.InteropServices;

namespace UwsgiIt.Linux;

/// <summary>A terminal in raw mode for as long as this lives (termios(3)).</summary>
public sealed unsafe partial class TerminalMode : IDisposable
{
    private const int TCSADRAIN = 1;

    // sizeof(struct termios) is 60 in glibc on Linux.
    private readonly byte[] _saved = new byte[64];
    private readonly int _descriptor;
    private readonly bool _changed;

    private TerminalMode(int descriptor)
    {
        _descriptor = descriptor;
        var raw = new byte[64];
        fixed (byte* saved = _saved)
        fixed (byte* mode = raw)
        {
            if (tcgetattr(descriptor, saved) != 0)
            {
                return;
            }

            _saved.CopyTo(raw, 0);
            cfmakeraw(mode);
            _changed = tcsetattr(descriptor, TCSADRAIN, mode) == 0;
        }
    }

    /// <summary>True for a terminal.</summary>
    public static bool IsTerminal(int descriptor) => isatty(descriptor) == 1;

    /// <summary>Every byte as it is typed; nothing on what is no terminal.</summary>
    public static TerminalMode Raw(int descriptor) => new(descriptor);

    /// <summary>As it was before.</summary>
    public void Dispose()
    {
        if (_changed)
        {
            fixed (byte* saved = _saved)
            {
                _ = tcsetattr(_descriptor, TCSADRAIN, saved);
            }
        }
    }

    [LibraryImport("libc.so.6")]
    private static partial int isatty(int descriptor);

    [LibraryImport("libc.so.6")]
    private static partial int tcgetattr(int descriptor, byte* mode);

    [LibraryImport("libc.so.6")]
    private static partial int tcsetattr(int descriptor, int when, byte* mode);

    [LibraryImport("libc.so.6")]
    private static partial void cfmakeraw(byte* mode);
}
