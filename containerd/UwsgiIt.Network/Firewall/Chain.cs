using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Network.Firewall;

/// <summary>
/// An ordered list of rules, ready for lookup. One side of every packet in a container's chain is the container itself, so the list is
/// cut along the other side's addresses into pieces within which the same rule is the first to match: a lookup is a binary search.
/// </summary>
public sealed class Chain
{
    private readonly ChainRule[] _rules;
    private readonly uint[] _starts4;
    private readonly ChainMatch[] _matches4;
    private readonly UInt128[] _starts6;
    private readonly ChainMatch[] _matches6;

    internal Chain(ChainRule[] rules, uint[] starts4, ChainMatch[] matches4, UInt128[] starts6, ChainMatch[] matches6)
    {
        _rules = rules;
        _starts4 = starts4;
        _matches4 = matches4;
        _starts6 = starts6;
        _matches6 = matches6;
    }

    /// <summary>The rules in their order.</summary>
    public IReadOnlyList<ChainRule> Rules => _rules;

    /// <summary>The rule a <see cref="ChainMatch"/> names.</summary>
    public ChainRule RuleAt(int index) => _rules[index];

    /// <summary>What the chain says about an IPv4 address of the other side.</summary>
    public ChainMatch Find(uint address)
    {
        var starts = _starts4.AsSpan();
        var low = 0;
        for (var count = starts.Length; count > 1;)
        {
            var half = count >> 1;
            low = starts[low + half] <= address ? low + half : low;
            count -= half;
        }

        return _matches4[low];
    }

    /// <summary>What the chain says about an IPv6 address of the other side.</summary>
    public ChainMatch Find(UInt128 address)
    {
        var starts = _starts6.AsSpan();
        var low = 0;
        for (var count = starts.Length; count > 1;)
        {
            var half = count >> 1;
            low = starts[low + half] <= address ? low + half : low;
            count -= half;
        }

        return _matches6[low];
    }

    /// <summary>The pieces of a family in order: first address, last address, what the chain says about them.</summary>
    public IEnumerable<(UInt128 First, UInt128 Last, ChainMatch Match)> Pieces(AddressFamilies family)
    {
        var count = family == AddressFamilies.V4 ? _starts4.Length : _starts6.Length;
        for (var i = 0; i < count; i++)
        {
            var first = family == AddressFamilies.V4 ? _starts4[i] : _starts6[i];
            var last = i + 1 < count ? (family == AddressFamilies.V4 ? _starts4[i + 1] : _starts6[i + 1]) - 1 : family == AddressFamilies.V4 ? uint.MaxValue : UInt128.MaxValue;
            yield return (first, last, family == AddressFamilies.V4 ? _matches4[i] : _matches6[i]);
        }
    }
}
