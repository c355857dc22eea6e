using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Network.Addresses;

/// <summary>
/// A block of addresses, for example <c>10.0.0.0/8</c>, or everything. As in the original's rules, <c>0.0.0.0</c> (with or without
/// <c>/0</c>) means anything, IPv6 included; <c>any</c> is the same; an address without a length is a single address.
/// </summary>
public readonly record struct IpPrefix
{
    private IpPrefix(AddressFamilies families, UInt128 address, int length)
    {
        Families = families;
        Address = address;
        Length = length;
    }

    /// <summary>Every address of both families.</summary>
    public static IpPrefix Anything { get; } = new(AddressFamilies.Any, 0, 0);

    /// <summary>Whose addresses it holds; <see cref="AddressFamilies.Any"/> only for <see cref="Anything"/>.</summary>
    public AddressFamilies Families { get; }

    /// <summary>First address; an IPv4 one in the low 32 bits.</summary>
    public UInt128 Address { get; }

    /// <summary>Leading bits that count, 0 to 32 or 128.</summary>
    public int Length { get; }

    /// <summary>Last address.</summary>
    public UInt128 Last => Address | HostBits(Families == AddressFamilies.V4 ? 32 : 128, Length);

    /// <summary>A block of IPv4 addresses; host bits are cleared.</summary>
    public static IpPrefix V4(uint address, int length = 32)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, 32u, nameof(length));
        return new IpPrefix(AddressFamilies.V4, address & ~(uint)HostBits(32, length), length);
    }

    /// <summary>A block of IPv6 addresses; host bits are cleared.</summary>
    public static IpPrefix V6(UInt128 address, int length = 128)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, 128u, nameof(length));
        return new IpPrefix(AddressFamilies.V6, address & ~HostBits(128, length), length);
    }

    /// <summary>True when the packet's address, IPv4 ones in the low 32 bits, lies within.</summary>
    public bool Contains(AddressFamilies family, UInt128 address) => (Families & family) != 0 && address >= Address && address <= Last;

    /// <summary>
    /// Reads <c>a.b.c.d[/n]</c>, an IPv6 address with optional length, or <c>any</c>. False when it is none of these or has bits set behind
    /// its length: the original accepted those and never matched them, which is not what anybody meant.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpPrefix prefix, [NotNullWhen(false)] out string? fault)
    {
        prefix = Anything;
        fault = null;
        if (text is "any")
        {
            return true;
        }

        var slash = text.IndexOf('/');
        var addressText = slash < 0 ? text : text[..slash];
        if (!TryParseAddress(addressText, out var families, out var address))
        {
            fault = $"\"{text}\" is not an address";
            return false;
        }

        var bits = families == AddressFamilies.V4 ? 32 : 128;
        var length = bits;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            fault = $"\"{text}\" has no length from 0 to {bits} behind its slash";
            return false;
        }

        if (families == AddressFamilies.V4 && address == 0 && (slash < 0 || length == 0))
        {
            return true;
        }

        prefix = new IpPrefix(families, address, length);
        if ((address & HostBits(bits, length)) != 0)
        {
            fault = $"\"{text}\" has bits set behind its length; write {new IpPrefix(families, address & ~HostBits(bits, length), length)}";
            return false;
        }

        return true;
    }

    /// <summary>A single address in its usual writing. IPv4 only as four decimal numbers, IPv6 without a zone.</summary>
    public static bool TryParseAddress(ReadOnlySpan<char> text, out AddressFamilies family, out UInt128 address)
    {
        family = AddressFamilies.None;
        address = 0;
        if (text.Length > 45 || text.ContainsAny('%', '[') || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        if (parsed.AddressFamily == AddressFamily.InterNetworkV6)
        {
            family = AddressFamilies.V6;
            address = IpAddresses.ToNumber(parsed);
            return true;
        }

        // The parser also takes 10.1, 0x0a.1.1.1 and 012.0.0.1, which mean something else to everybody.
        family = AddressFamilies.V4;
        address = IpAddresses.ToNumber(parsed);
        return text.SequenceEqual(parsed.ToString());
    }

    /// <summary>As the rules write it.</summary>
    public override string ToString() => Families switch
    {
        AddressFamilies.V4 => $"{IpAddresses.ToText(AddressFamilies.V4, Address)}/{Length}",
        AddressFamilies.V6 => $"{IpAddresses.ToText(AddressFamilies.V6, Address)}/{Length}",
        _ => "0.0.0.0",
    };

    private static UInt128 HostBits(int bits, int length) => length == bits ? 0 : length == 0 && bits == 128 ? UInt128.MaxValue : (UInt128.One << (bits - length)) - 1;
}
