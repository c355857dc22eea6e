using System.Net.Sockets;

namespace UwsgiIt.Router.Transport;

/// <summary>What the kernel takes of a response before the client has room for it. Its own bound grows to megabytes, which a slow reader would hold for nothing.</summary>
internal static class UnsentLimit
{
    // Ours: a few round trips of a fast client; arbitrary, may grow.
    private const int Bytes = 128 * 1024;

    // linux/tcp.h
    private const int IPPROTO_TCP = 6;
    private const int TCP_NOTSENT_LOWAT = 25;

    /// <summary>On a listening socket: whatever it accepts has the limit too (tcp(7)).</summary>
    public static void Apply(Socket listener)
    {
        if (listener.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
        {
            listener.SetRawSocketOption(IPPROTO_TCP, TCP_NOTSENT_LOWAT, BitConverter.GetBytes(Bytes));
        }
    }
}
