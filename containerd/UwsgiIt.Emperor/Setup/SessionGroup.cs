using static Tmds.Linux.LibC;

namespace UwsgiIt.Emperor.Setup;

/// <summary>The processes of a session: its program leads a group of its own.</summary>
internal static class SessionGroup
{
    /// <summary>Signals them all; what has gone is no error.</summary>
    public static void HangUp(int leader, int signal) => _ = kill(-leader, signal);
}
