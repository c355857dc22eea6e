using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Comparison;

/// <summary>Makes sure that what answers on a port is what we mean to measure.</summary>
internal static class ListeningPort
{
    // Two minutes: one that reads a million names has work to do first.
    private const int Looks = 120_000 / LookMilliseconds;
    private const int LookMilliseconds = 20;

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static int Free()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Waits until the tree listens, and fails when somebody else does.</summary>
    public static async Task OwnedByAsync(ProcessTree tree, int port, string name)
    {
        for (var i = 0; i < Looks; i++)
        {
            var listeners = Inodes(port);
            if (listeners.Count > 0)
            {
                var owned = tree.Pids().SelectMany(Sockets).ToHashSet();
                if (!listeners.All(owned.Contains))
                {
                    throw new InvalidOperationException($"{name}: another process listens on port {port}.");
                }

                return;
            }

            if (tree.HasExited)
            {
                break;
            }

            await Task.Delay(LookMilliseconds);
        }

        throw new InvalidOperationException($"{name} does not listen on port {port}: {tree.LastLines}");
    }

    private static List<string> Inodes(int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return [.. Tables.Where(File.Exists).SelectMany(static file => File.ReadLines(file).Skip(1)).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[1].EndsWith(suffix, StringComparison.Ordinal) && fields[3] == "0A").Select(static fields => $"socket:[{fields[9]}]")];
    }

    private static IEnumerable<string> Sockets(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFiles($"/proc/{pid}/fd").Select(static file => new FileInfo(file).LinkTarget ?? "")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
