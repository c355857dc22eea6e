using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using UwsgiIt.Linux;

namespace UwsgiIt.ApiLoad;

/// <summary>Processor time of the process behind a socket, which does not depend on what else the machine does.</summary>
internal static class ApiCpu
{
    public static TimeSpan Read(string socketPath)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(socketPath));
        using var process = Process.GetProcessById(SocketPeer.Of(socket.SafeHandle).ProcessId);
        return process.TotalProcessorTime;
    }

    /// <summary>Bytes of the database's files.</summary>
    public static long DatabaseBytes(string folder) => new DirectoryInfo(folder).EnumerateFiles("api.db*").Sum(static file => file.Length);

    public static string Text(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
