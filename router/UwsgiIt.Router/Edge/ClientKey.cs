using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Router.Edge;

/// <summary>Who a client is for counting: an IPv4 address, or the /64 that an IPv6 client can take any address of.</summary>
internal readonly record struct ClientKey(ulong Bits, bool IsV6)
{
    public static ClientKey Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork ? new ClientKey(BinaryPrimitives.ReadUInt32BigEndian(bytes), false)
            : address.IsIPv4MappedToIPv6 ? new ClientKey(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), false)
            : new ClientKey(BinaryPrimitives.ReadUInt64BigEndian(bytes), true);
    }
}
