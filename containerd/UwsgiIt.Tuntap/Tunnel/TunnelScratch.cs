namespace UwsgiIt.Tuntap.Tunnel;

/// <summary>A worker's own room for one packet and what it is sealed into.</summary>
internal sealed class TunnelScratch
{
    public byte[] Packet { get; } = GC.AllocateArray<byte>(65_536 + 64, pinned: true);

    public byte[] Datagram { get; } = GC.AllocateArray<byte>(65_536 + 128, pinned: true);
}
