using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Tests.Common;

/// <summary>
/// TCP ports for programs that are told where to listen. Below the range of outgoing connections (ip_local_port_range), so that nobody takes one
/// between our look and their bind, and never the same twice in a process.
/// </summary>
public static class FreePorts
{
    private const int First = 10_000;
    private const int Count = 32_768 - First;

    // Test processes side by side begin far apart.
    private static int _next = (int)((uint)Environment.ProcessId * 397 % Count);

    public static int Next()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + ((Interlocked.Increment(ref _next) & int.MaxValue) % Count);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // The next one, then.
            }
        }

        throw new InvalidOperationException("No free TCP port.");
    }
}
