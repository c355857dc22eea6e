using System.Buffers.Binary;
using System.Net;
using CsCheck;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Frames;

namespace UwsgiIt.Tuntap.Tests.Frames;

public sealed class TooBigAnswerTests
{
    private const int Mtu = 1420;

    /// <summary>Of any packet: a sound error to its sender that names the MTU and quotes the packet.</summary>
    [Fact]
    public void Answer_IsSoundAndQuotesThePacket()
    {
        Gen.Select(Gen.Bool, Gen.Int[0, 9_000]).Sample((isV6, payload) =>
        {
            var (from, to) = isV6 ? (IPAddress.Parse("fd75:7773:6769::3"), IPAddress.Parse("fd75:7773:6769::1f6")) : (IPAddress.Parse("10.0.0.3"), IPAddress.Parse("10.0.1.246"));
            byte[] transport = [0, 7, 0, 9, (byte)((payload + 8) >> 8), (byte)(payload + 8), 0, 0, .. new byte[payload]];
            var packet = isV6
                ? PacketBuilder.V6(IpAddresses.ToNumber(from), IpAddresses.ToNumber(to), IpProtocols.Udp, transport)
                : PacketBuilder.V4((uint)IpAddresses.ToNumber(from), (uint)IpAddresses.ToNumber(to), IpProtocols.Udp, transport);
            Assert.Equal(DropCause.None, FrameReader.Read(packet, out var facts));
            var frame = new byte[VirtioHeader.Bytes + 2_000];
            var plan = AddressPlan.Default;
            var length = TooBigAnswer.Write(packet, facts, Mtu, isV6 ? plan.Gateway6 : plan.Gateway4, frame);
            Assert.All(frame[..VirtioHeader.Bytes], static value => Assert.Equal(0, value));
            var answer = frame[VirtioHeader.Bytes..length];
            Assert.InRange(answer.Length, 28, isV6 ? 1280 : 576);
            Assert.Equal(DropCause.None, FrameReader.Read(answer, out var own));
            Assert.True(own.IsIcmpError);
            Assert.Equal(facts.Source, own.Destination);
            Assert.Equal(isV6 ? plan.Gateway6 : plan.Gateway4, own.Source);
            Assert.True(FrameReader.TryReadQuoted(answer, own, out var quoted));
            Assert.Equal((facts.Source, facts.Destination, facts.SourcePort, facts.DestinationPort), (quoted.Source, quoted.Destination, quoted.SourcePort, quoted.DestinationPort));
            var icmp = answer.AsSpan(own.TransportOffset);
            Assert.Equal(Mtu, isV6 ? (int)BinaryPrimitives.ReadUInt32BigEndian(icmp[4..]) : BinaryPrimitives.ReadUInt16BigEndian(icmp[6..]));
            Assert.Equal(0, InternetChecksum.Fold(InternetChecksum.Sum(icmp, isV6 ? InternetChecksum.Sum(answer.AsSpan(8, 32), (ulong)(58 + icmp.Length)) : 0)));
            Assert.False(TooBigAnswer.IsWanted(answer, own));
        });
    }

    [Fact]
    public void Wanted_IsItWhereThePacketMustStayWhole()
    {
        var packet = PacketBuilder.V4(0x0a000003, 0x0a000004, IpProtocols.Udp, [0, 1, 0, 2, 0, 8, 0, 0]);
        FrameReader.Read(packet, out var facts);
        Assert.False(TooBigAnswer.IsWanted(packet, facts));
        packet[6] |= 0x40;
        Assert.True(TooBigAnswer.IsWanted(packet, facts));
    }
}
