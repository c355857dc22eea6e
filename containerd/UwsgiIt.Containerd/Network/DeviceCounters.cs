using System.Globalization;

namespace UwsgiIt.Containerd.Network;

/// <summary>What a container received and sent over its device, counted by the kernel, whoever moves the packets; in bytes since its start.</summary>
internal static class DeviceCounters
{
    private const int Received = 0;
    private const int Sent = 8;
    private const int Columns = 16;

    /// <summary>By the network namespace of its pid 1; null where it has no such device, or has ended.</summary>
    public static (long Received, long Sent)? Read(int processId)
    {
        try
        {
            return Find(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/net/dev")), ContainerLink.Device);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads proc_pid_net(5)'s dev: a line "name: received bytes, seven more columns, sent bytes, …".</summary>
    public static (long Received, long Sent)? Find(string text, string device)
    {
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line.AsSpan(0, colon).Trim().SequenceEqual(device)
                && line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: >= Columns } columns
                && long.TryParse(columns[Received], NumberStyles.None, CultureInfo.InvariantCulture, out var received)
                && long.TryParse(columns[Sent], NumberStyles.None, CultureInfo.InvariantCulture, out var sent))
            {
                return (received, sent);
            }
        }

        return null;
    }
}
