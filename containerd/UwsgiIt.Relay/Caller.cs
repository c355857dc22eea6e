using static Tmds.Linux.LibC;

namespace UwsgiIt.Relay;

/// <summary>Who runs us.</summary>
internal static class Caller
{
    public static uint UserId() => getuid();
}
