using Microsoft.Win32.SafeHandles;

namespace UwsgiIt.Relay;

/// <summary>Our standard streams as files. The Console class would write to the terminal by itself, and take its settings over.</summary>
internal static class StandardStream
{
    public static Stream Input() => Open(0, FileAccess.Read, isOwned: true);

    /// <summary>Closed with the stream: the program's end of output is ours.</summary>
    public static Stream Output() => Open(1, FileAccess.Write, isOwned: true);

    /// <summary>Stays open: a fault may still have to be told.</summary>
    public static Stream Error() => Open(2, FileAccess.Write, isOwned: false);

    private static FileStream Open(int descriptor, FileAccess access, bool isOwned) => new(new SafeFileHandle(descriptor, isOwned), access, bufferSize: 0);
}
