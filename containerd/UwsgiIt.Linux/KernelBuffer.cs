using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>What the kernel keeps for a socket until it is read (socket(7)).</summary>
internal static unsafe class KernelBuffer
{
    /// <summary>FORCE needs CAP_NET_ADMIN; the plain option is clipped to net.core.rmem_max. A small buffer is a slower reader, not a broken one.</summary>
    public static void TrySetReceive(int descriptor, int bytes)
    {
        if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(int)) != 0)
        {
            _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(int));
        }
    }
}
