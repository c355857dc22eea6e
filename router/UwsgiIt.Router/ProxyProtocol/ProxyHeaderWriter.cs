using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace UwsgiIt.Router.ProxyProtocol;

/// <summary>Writes the header that tells a node who its client is.</summary>
internal static class ProxyHeaderWriter
{
    /// <summary>Room that any header of ours fits into, in bytes.</summary>
    public const int MaxBytes = ProxyHeaderReader.MaxTextBytes;

    private const byte Local = 0x20;
    private const byte Proxied = 0x21;

    /// <summary>Writes into <paramref name="destination"/> (<see cref="MaxBytes"/> long) and returns the length. Without two addresses it says that nothing is known.</summary>
    public static int Write(Span<byte> destination, ProxyVersion version, IPEndPoint? source, IPEndPoint? target)
    {
        if (version == ProxyVersion.None)
        {
            return 0;
        }

        var (from, to) = (Plain(source?.Address), Plain(target?.Address));
        if (from is not null && to is not null && from.AddressFamily != to.AddressFamily)
        {
            (from, to) = (from.MapToIPv6(), to.MapToIPv6());
        }

        var isKnown = from is not null && to is not null;
        return version == ProxyVersion.V1
            ? WriteText(destination, isKnown, from, source?.Port ?? 0, to, target?.Port ?? 0)
            : WriteBinary(destination, isKnown, from, source?.Port ?? 0, to, target?.Port ?? 0);
    }

    /// <summary>The same for the client of a request.</summary>
    public static int Write(Span<byte> destination, ProxyVersion version, ConnectionInfo client) =>
        Write(destination, version, EndPoint(client.RemoteIpAddress, client.RemotePort), EndPoint(client.LocalIpAddress, client.LocalPort));

    private static int WriteText(Span<byte> destination, bool isKnown, IPAddress? from, int fromPort, IPAddress? to, int toPort) => Encoding.ASCII.GetBytes(
        isKnown ? $"PROXY {(from!.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6")} {from} {to} {fromPort} {toPort}\r\n" : "PROXY UNKNOWN\r\n",
        destination);

    private static int WriteBinary(Span<byte> destination, bool isKnown, IPAddress? from, int fromPort, IPAddress? to, int toPort)
    {
        ProxyHeaderReader.Signature.CopyTo(destination);
        destination[12] = isKnown ? Proxied : Local;
        if (!isKnown)
        {
            destination[13..16].Clear();
            return 16;
        }

        var size = from!.AddressFamily == AddressFamily.InterNetwork ? 4 : 16;
        destination[13] = size == 4 ? (byte)0x11 : (byte)0x21;
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], (ushort)((2 * size) + 4));
        from.TryWriteBytes(destination[16..], out _);
        to!.TryWriteBytes(destination[(16 + size)..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(16 + (2 * size))..], (ushort)fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(18 + (2 * size))..], (ushort)toPort);
        return 20 + (2 * size);
    }

    /// <summary>An IPv4 client of a dual-stack socket is an IPv4 client; a zone means nothing on another host.</summary>
    private static IPAddress? Plain(IPAddress? address) =>
        address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4()
        : address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes())
        : address;

    private static IPEndPoint? EndPoint(IPAddress? address, int port) => address is null ? null : new IPEndPoint(address, port);
}
