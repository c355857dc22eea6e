using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Networking;

/// <summary>Settings of a network device of the calling thread's namespace (netdevice(7)). All throw <see cref="LinuxException"/>.</summary>
public static unsafe class Link
{
    private const int SIOCADDRT = 0x890b;
    private const int SIOCDELRT = 0x890c;
    private const int SIOCGIFFLAGS = 0x8913;
    private const int SIOCSIFFLAGS = 0x8914;
    private const int SIOCSIFADDR = 0x8916;
    private const int SIOCSIFNETMASK = 0x891c;
    private const int SIOCSIFMTU = 0x8922;
    private const int SIOCGIFINDEX = 0x8933;
    private const int SIOCSIFTXQLEN = 0x8943;
    private const short IFF_UP = 1;
    private const ushort RTF_UP = 1;
    private const ushort RTF_GATEWAY = 2;

    /// <summary>Switches it on.</summary>
    public static void Up(string name)
    {
        using var request = new Request(name, v6: false);
        request.Call(SIOCGIFFLAGS, "SIOCGIFFLAGS");
        request.Short(16) |= IFF_UP;
        request.Call(SIOCSIFFLAGS, "SIOCSIFFLAGS");
    }

    /// <summary>Its number within the namespace.</summary>
    public static int Index(string name)
    {
        using var request = new Request(name, v6: false);
        return request.Index();
    }

    /// <summary>Sets the largest packet, in bytes.</summary>
    public static void SetMtu(string name, int bytes) => SetNumber(name, SIOCSIFMTU, "SIOCSIFMTU", bytes);

    /// <summary>Sets how many packets wait for their reader.</summary>
    public static void SetQueueLength(string name, int packets) => SetNumber(name, SIOCSIFTXQLEN, "SIOCSIFTXQLEN", packets);

    /// <summary>Gives it an address; the block of that length is then reached through it. One IPv4 address, any number of IPv6 ones.</summary>
    public static void SetAddress(string name, IPAddress address, int prefixLength)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            AddAddress6(name, address, prefixLength);
            return;
        }

        using var request = new Request(name, v6: false);
        request.Address4(address.GetAddressBytes());
        request.Call(SIOCSIFADDR, "SIOCSIFADDR");
        Span<byte> mask = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(mask, prefixLength == 0 ? 0 : uint.MaxValue << (32 - prefixLength));
        request.Address4(mask);
        request.Call(SIOCSIFNETMASK, "SIOCSIFNETMASK");
    }

    /// <summary>Sends what has no other route through the device, by way of <paramref name="gateway"/>. Nothing happens when it does so already.</summary>
    public static void AddDefaultRoute(string name, IPAddress gateway) => SetDefaultRoute(name, gateway, SIOCADDRT, "SIOCADDRT", EEXIST);

    /// <summary>Takes away what <see cref="AddDefaultRoute"/> gave. Nothing happens when there is none.</summary>
    public static void RemoveDefaultRoute(string name, IPAddress gateway) => SetDefaultRoute(name, gateway, SIOCDELRT, "SIOCDELRT", ESRCH);

    private static void SetDefaultRoute(string name, IPAddress gateway, int code, string call, int ignored)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        if (gateway.AddressFamily == AddressFamily.InterNetworkV6)
        {
            SetDefaultRoute6(name, gateway, code, call, ignored);
            return;
        }

        // struct rtentry of net/route.h, 120 bytes on 64-bit machines.
        var route = stackalloc byte[120];
        new Span<byte>(route, 120).Clear();
        *(ushort*)(route + 8) = (ushort)AF_INET;
        *(ushort*)(route + 24) = (ushort)AF_INET;
        gateway.TryWriteBytes(new Span<byte>(route + 28, 4), out _);
        *(ushort*)(route + 40) = (ushort)AF_INET;
        *(ushort*)(route + 56) = RTF_UP | RTF_GATEWAY;
        fixed (byte* device = Encoding.ASCII.GetBytes(name + '\0'))
        {
            *(byte**)(route + 88) = device;
            using var request = new Request(name, v6: false);
            request.Call(code, call, route, ignored);
        }
    }

    private static void AddAddress6(string name, IPAddress address, int prefixLength)
    {
        using var request = new Request(name, v6: true);
        var value = stackalloc byte[24];
        address.TryWriteBytes(new Span<byte>(value, 16), out _);
        *(uint*)(value + 16) = (uint)prefixLength;
        *(int*)(value + 20) = request.Index();
        request.Call(SIOCSIFADDR, "SIOCSIFADDR", value, ignored: EEXIST);
    }

    private static void SetDefaultRoute6(string name, IPAddress gateway, int code, string call, int ignored)
    {
        // struct in6_rtmsg of linux/ipv6_route.h, 80 bytes.
        using var request = new Request(name, v6: true);
        var route = stackalloc byte[80];
        new Span<byte>(route, 80).Clear();
        gateway.TryWriteBytes(new Span<byte>(route + 32, 16), out _);
        *(uint*)(route + 56) = 1024;
        *(uint*)(route + 72) = RTF_UP | RTF_GATEWAY;
        *(int*)(route + 76) = request.Index();
        request.Call(code, call, route, ignored);
    }

    private static void SetNumber(string name, int code, string call, int value)
    {
        using var request = new Request(name, v6: false);
        request.Number() = value;
        request.Call(code, call);
    }

    /// <summary>A struct ifreq and a socket to send it through.</summary>
    private sealed class Request : IDisposable
    {
        private readonly byte[] _ifreq = GC.AllocateArray<byte>(40, pinned: true);
        private readonly string _name;
        private readonly int _socket;

        public Request(string name, bool v6)
        {
            ArgumentNullException.ThrowIfNull(name);
            _name = name;
            if (name.Length is 0 or > 15)
            {
                throw new LinuxException("ioctl", ENAMETOOLONG, name);
            }

            Encoding.ASCII.GetBytes(name, _ifreq);
            _socket = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            if (_socket < 0)
            {
                throw new LinuxException("socket", LibC.errno, name);
            }
        }

        public ref short Short(int offset) => ref System.Runtime.CompilerServices.Unsafe.As<byte, short>(ref _ifreq[offset]);

        public ref int Number() => ref System.Runtime.CompilerServices.Unsafe.As<byte, int>(ref _ifreq[16]);

        public void Address4(ReadOnlySpan<byte> address)
        {
            Short(16) = (short)AF_INET;
            address.CopyTo(_ifreq.AsSpan(20));
        }

        public int Index()
        {
            Call(SIOCGIFINDEX, "SIOCGIFINDEX");
            return Number();
        }

        public void Call(int code, string call)
        {
            fixed (byte* pointer = _ifreq)
            {
                Call(code, call, pointer);
            }
        }

        public void Call(int code, string call, void* argument, int ignored = 0)
        {
            if (ioctl(_socket, code, argument) != 0 && LibC.errno is var errno && errno != ignored)
            {
                throw new LinuxException(call, errno, _name);
            }
        }

        public void Dispose() => _ = close(_socket);
    }
}
