using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Network.Addresses;

/// <summary>Addresses as numbers, the way rules compare them, and back.</summary>
public static class IpAddresses
{
    /// <summary>The address as a number; an IPv4 one in the low 32 bits.</summary>
    public static UInt128 ToNumber(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>The number as an address of the family.</summary>
    public static IPAddress FromNumber(AddressFamilies family, UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(family == AddressFamilies.V4 ? bytes[12..] : bytes);
    }

    /// <summary>The number in the family's usual writing.</summary>
    public static string ToText(AddressFamilies family, UInt128 number) => FromNumber(family, number).ToString();
}
