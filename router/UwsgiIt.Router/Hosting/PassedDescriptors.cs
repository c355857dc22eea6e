using System.Globalization;

namespace UwsgiIt.Router.Hosting;

/// <summary>Sockets passed by the service manager (sd_listen_fds(3)): LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES, descriptors from 3 up.</summary>
internal static class PassedDescriptors
{
    private const int First = 3;

    /// <summary>The descriptors with this name; empty when none was passed to this process.</summary>
    public static IReadOnlyList<ulong> Find(string name) => Find(name, Environment.GetEnvironmentVariable, Environment.ProcessId);

    internal static IReadOnlyList<ulong> Find(string name, Func<string, string?> environment, int processId)
    {
        if (!int.TryParse(environment("LISTEN_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out var owner) || owner != processId
            || !int.TryParse(environment("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return [];
        }

        var names = environment("LISTEN_FDNAMES")?.Split(':') ?? [];
        return [.. Enumerable.Range(0, count).Where(index => (index < names.Length ? names[index] : "unknown") == name).Select(static index => (ulong)(First + index))];
    }
}
