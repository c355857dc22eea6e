using System.Numerics;
using System.Security.Cryptography;
using UwsgiIt.Tuntap.Frames;

namespace UwsgiIt.Tuntap.Limits;

/// <summary>
/// Which flows a container has had lately, bounded: a full bucket forgets its oldest. Entries are keyed hashes of (protocol, other address,
/// own port, other port), so both directions meet the same one. Threads may race; the worst is a flow that is remembered twice or forgotten early.
/// </summary>
internal sealed class FlowTable
{
    /// <summary>How long an idle TCP connection is remembered, in seconds. Ours: above the keep-alive of common servers and shorter than a working day's pool.</summary>
    public const uint TcpIdleSeconds = 7_200;

    /// <summary>How long other idle flows are remembered, in seconds. Ours: the kernel's conntrack keeps UDP streams 120.</summary>
    public const uint OtherIdleSeconds = 120;

    private const int Ways = 4;
    private const int Buckets = 4_096;

    private static readonly ulong Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    private readonly ulong[] _keys = new ulong[Buckets * Ways];
    private readonly uint[] _seconds = new uint[Buckets * Ways];

    /// <summary>The key of a packet that comes from or goes to the container.</summary>
    public static ulong Key(in FrameFacts facts, bool isOut) => isOut
        ? Key(facts.Protocol, facts.Destination, facts.SourcePort, facts.DestinationPort)
        : Key(facts.Protocol, facts.Source, facts.DestinationPort, facts.SourcePort);

    public static ulong Key(byte protocol, UInt128 other, ushort ownPort, ushort otherPort)
    {
        var ports = ((ulong)protocol << 32) | ((ulong)ownPort << 16) | otherPort;
        var hash = Mix(Seed ^ ports);
        hash = Mix(hash ^ (ulong)other);
        hash = Mix(hash ^ (ulong)(other >> 64));
        return hash | 1;
    }

    /// <summary>True when the flow was had within its idle time; that counts as having it again.</summary>
    public bool Refresh(ulong key, byte protocol, uint second)
    {
        var at = Find(key);
        if (at < 0 || second - _seconds[at] > (protocol == IpProtocols.Tcp ? TcpIdleSeconds : OtherIdleSeconds))
        {
            return false;
        }

        _seconds[at] = second;
        return true;
    }

    /// <summary>Remembers a flow, instead of the oldest of its bucket when that is full.</summary>
    public void Remember(ulong key, uint second)
    {
        var at = Find(key);
        if (at < 0)
        {
            var first = First(key);
            at = first;
            for (var i = first; i < first + Ways; i++)
            {
                if (_keys[i] == 0)
                {
                    at = i;
                    break;
                }

                at = second - _seconds[i] > second - _seconds[at] ? i : at;
            }

            _keys[at] = key;
        }

        _seconds[at] = second;
    }

    private int Find(ulong key)
    {
        var first = First(key);
        for (var i = first; i < first + Ways; i++)
        {
            if (_keys[i] == key)
            {
                return i;
            }
        }

        return -1;
    }

    private static int First(ulong key) => (int)(key >> 40 & (Buckets - 1)) * Ways;

    // The finaliser of MurmurHash3: every bit of the input moves half of the output's.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
        value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
        return BitOperations.RotateLeft(value ^ (value >> 33), 17) + Seed;
    }
}
