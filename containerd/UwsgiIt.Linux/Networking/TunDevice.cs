using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Networking;

/// <summary>
/// Makes and opens tun devices (linux Documentation/networking/tuntap.rst): IP packets without link header, several queues, a virtio header in
/// front of each packet. The device belongs to the calling thread's network namespace; the queues work from everywhere.
/// </summary>
public static unsafe class TunDevice
{
    private const int TUNSETIFF = 0x400454ca;
    private const int TUNSETPERSIST = 0x400454cb;
    private const int TUNSETOFFLOAD = 0x400454d0;
    private const ushort IFF_TUN = 0x0001;
    private const ushort IFF_MULTI_QUEUE = 0x0100;
    private const ushort IFF_NO_PI = 0x1000;
    private const ushort IFF_VNET_HDR = 0x4000;
    private const int NameBytes = 16;

    /// <summary>
    /// Opens queues of the device <paramref name="name"/>, making it where it does not exist. Persistent: it stays, with its addresses and
    /// routes, when the last queue is closed. The queues do not wait. Throws <see cref="LinuxException"/>.
    /// </summary>
    public static SafeFileHandle[] Open(string name, int queues, TunOffloads offloads = TunOffloads.All)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(queues);
        var handles = new List<SafeFileHandle>(queues);
        try
        {
            for (var i = 0; i < queues; i++)
            {
                handles.Add(OpenQueue(name));
            }

            Control(handles[0], TUNSETPERSIST, 1, name);

            // A kernel without UDP trains refuses the whole set.
            if (offloads == TunOffloads.All && ioctl((int)handles[0].DangerousGetHandle(), TUNSETOFFLOAD, (void*)(nuint)(uint)offloads) != 0)
            {
                offloads = TunOffloads.Tcp;
            }

            Control(handles[0], TUNSETOFFLOAD, (uint)offloads, name);
            return [.. handles];
        }
        catch
        {
            handles.ForEach(static handle => handle.Dispose());
            throw;
        }
    }

    /// <summary>Lets the device go with its last queue.</summary>
    public static void Release(SafeFileHandle queue, string name) => Control(queue, TUNSETPERSIST, 0, name);

    private static SafeFileHandle OpenQueue(string name)
    {
        int descriptor;
        fixed (byte* path = "/dev/net/tun\0"u8)
        {
            descriptor = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
        }

        if (descriptor < 0)
        {
            throw new LinuxException("open", LibC.errno, "/dev/net/tun");
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        if (Encoding.ASCII.GetByteCount(name) >= NameBytes)
        {
            handle.Dispose();
            throw new LinuxException("TUNSETIFF", ENAMETOOLONG, name);
        }

        Encoding.ASCII.GetBytes(name, new Span<byte>(request, NameBytes));
        *(ushort*)(request + NameBytes) = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE;
        if (ioctl(descriptor, TUNSETIFF, request) != 0)
        {
            var errno = LibC.errno;
            handle.Dispose();
            throw new LinuxException("TUNSETIFF", errno, name);
        }

        return handle;
    }

    private static void Control(SafeFileHandle handle, int request, uint value, string name)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (ioctl((int)handle.DangerousGetHandle(), request, (void*)(nuint)value) != 0)
        {
            throw new LinuxException(request == TUNSETPERSIST ? "TUNSETPERSIST" : "TUNSETOFFLOAD", LibC.errno, name);
        }
    }
}
