using System.Diagnostics.CodeAnalysis;

namespace UwsgiIt.Network.Addresses;

/// <summary>
/// Which addresses containers have. Container uid u has offset u - 30000 + 2 in both blocks (IPv4 wraps at the block's size, as the original's
/// does at 2^24); offset 1 is the gateway.
/// </summary>
public sealed class AddressPlan
{
    /// <summary>Uid of the container with offset 2 (number 0 of the original).</summary>
    public const int FirstUid = 30000;

    /// <summary>The gateway's offset.</summary>
    public const uint GatewayOffset = 1;

    /// <summary>Said of addresses in a block that no container can have.</summary>
    public const uint Nobody = uint.MaxValue;

    /// <summary>The original's block, and ours for IPv6: fixed, so that addresses do not change when a setting is lost.</summary>
    public static readonly AddressPlan Default = new("10.0.0.0/8", "fd75:7773:6769::/64");

    private readonly uint _mask4;

    /// <summary>A plan of two blocks. Throws <see cref="FormatException"/> for blocks that cannot hold containers.</summary>
    public AddressPlan(string block4, string block6)
    {
        if (!TryParse(block4, AddressFamilies.V4, 8, 24, out var v4))
        {
            throw new FormatException($"{block4} is not a block of IPv4 addresses with a length from 8 to 24.");
        }

        if (!TryParse(block6, AddressFamilies.V6, 16, 96, out var v6))
        {
            throw new FormatException($"{block6} is not a block of IPv6 addresses with a length from 16 to 96.");
        }

        Block4 = v4;
        Block6 = v6;
        _mask4 = (uint)(v4.Last - v4.Address);
    }

    /// <summary>Block of the IPv4 addresses.</summary>
    public IpPrefix Block4 { get; }

    /// <summary>Block of the IPv6 addresses.</summary>
    public IpPrefix Block6 { get; }

    /// <summary>The gateway's IPv4 address.</summary>
    public uint Gateway4 => (uint)Block4.Address + GatewayOffset;

    /// <summary>The gateway's IPv6 address.</summary>
    public UInt128 Gateway6 => Block6.Address + GatewayOffset;

    /// <summary>IPv4 address of a container.</summary>
    public uint V4(int uid) => (uint)Block4.Address + Offset(uid);

    /// <summary>IPv6 address of a container.</summary>
    public UInt128 V6(int uid) => Block6.Address + Offset(uid);

    /// <summary>What both its addresses add to their block.</summary>
    public uint Offset(int uid)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(uid, FirstUid);
        return unchecked((uint)(uid - FirstUid + 2)) & _mask4;
    }

    /// <summary>The offset an IPv4 address has in the block; false outside of it.</summary>
    public bool TryGetOffset(uint address, out uint offset)
    {
        offset = address & _mask4;
        return (address & ~_mask4) == (uint)Block4.Address;
    }

    /// <summary>The offset an IPv6 address has in the block; false outside of it.</summary>
    public bool TryGetOffset(UInt128 address, out uint offset)
    {
        var difference = unchecked(address - Block6.Address);
        offset = difference < Nobody ? (uint)difference : Nobody;
        return address >= Block6.Address && address <= Block6.Last;
    }

    private static bool TryParse(string text, AddressFamilies family, int shortest, int longest, [NotNullWhen(true)] out IpPrefix prefix) =>
        IpPrefix.TryParse(text, out prefix, out _) && prefix.Families == family && prefix.Length >= shortest && prefix.Length <= longest;
}
