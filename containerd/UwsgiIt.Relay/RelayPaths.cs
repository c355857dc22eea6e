namespace UwsgiIt.Relay;

/// <summary>Where the daemon is. Root may say otherwise through the environment; a customer's environment decides nothing.</summary>
internal static class RelayPaths
{
    public static string RuntimeDirectory =>
        Caller.UserId() == 0 && Environment.GetEnvironmentVariable("UWSGIIT_RUNTIME_DIRECTORY") is { Length: > 0 } path ? path : "/run/uwsgiit";

    public static string SessionSocket => RuntimeDirectory + "/session.sock";

    /// <summary>Keys of containers, one file each, root's.</summary>
    public static string KeyDirectory => RuntimeDirectory + "/keys";
}
