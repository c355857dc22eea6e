using System.Buffers.Binary;
using CsCheck;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Frames;
using UwsgiIt.Tuntap.Tests.Routing;

namespace UwsgiIt.Tuntap.Tests.Frames;

public sealed class SegmenterTests
{
    /// <summary>The packets of a frame are sound, no longer than asked, and their payloads are the frame's.</summary>
    [Fact]
    public void Segments_AreSoundAndTogetherTheWhole()
    {
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[1, 9_000], Gen.Int[100, 3_000], Gen.Int[0, 10], Gen.UInt, Gen.Int[200, 3_000]).Sample((isV6, isTcp, payload, asked, options, sequence, longest) =>
        {
            var data = Enumerable.Range(0, payload).Select(static i => (byte)(i * 7)).ToArray();
            var packet = Whole(isV6, isTcp, data, options, sequence);
            byte[] frame = [.. Header(isV6, isTcp, asked), .. packet];
            Assert.Equal(DropCause.None, FrameReader.Read(packet, out var facts));

            // A stream is cut to what the way takes; datagrams stay as they were sent.
            var size = isTcp ? Math.Min(asked, longest - (packet.Length - payload)) : asked;
            var count = Segmenter.Count(frame, facts, longest);
            Assert.Equal((payload + size - 1) / size, count);
            var output = new byte[65_536];
            var got = new List<byte>();
            for (var i = 0; i < count; i++)
            {
                var length = Segmenter.Write(frame, facts, i, output, longest);
                var piece = output.AsSpan(0, length).ToArray();
                Assert.Equal(DropCause.None, FrameReader.Read(piece, out var own));
                var header = own.TransportOffset + (isTcp ? (piece[own.TransportOffset + 12] >> 4) * 4 : 8);
                Assert.InRange(length - header, 1, size);
                Assert.True(IsSound(piece, own), $"checksum of packet {i}");
                if (isTcp)
                {
                    Assert.Equal(sequence + (uint)got.Count, BinaryPrimitives.ReadUInt32BigEndian(piece.AsSpan(own.TransportOffset + 4)));
                    Assert.Equal(i == count - 1, (piece[own.TransportOffset + 13] & 0x08) != 0);
                }

                got.AddRange(piece[header..]);
            }

            Assert.Equal(data, got);
        }, iter: 1_000);
    }

    /// <summary>Frames whose headers lie give nothing, and nothing is touched beyond them.</summary>
    [Fact]
    public void Anything_IsSurvived()
    {
        Gen.Select(Gen.Byte.Array[10, 10], Gen.Byte.Array[0, 200], Gen.Bool, Gen.Bool).Sample((header, tail, isV6, isTcp) =>
        {
            var packet = Whole(isV6, isTcp, tail, 0, 1);
            byte[] frame = [.. header, .. packet];
            FrameReader.Read(packet, out var facts);
            var output = new byte[65_536];
            var count = Segmenter.Count(frame, facts);
            for (var i = 0; i < Math.Min(count, 300); i++)
            {
                Assert.InRange(Segmenter.Write(frame, facts, i, output), 0, packet.Length);
            }
        }, iter: 20_000);
    }

    private static byte[] Whole(bool isV6, bool isTcp, byte[] data, int options, uint sequence)
    {
        byte[] transport = isTcp ? [.. TestFrames.Tcp(1, 2, 0x18), .. new byte[options * 4], .. data] : [.. TestFrames.Udp(1, 2, 0), .. data];
        if (isTcp)
        {
            transport[12] = (byte)((5 + options) << 4);
            BinaryPrimitives.WriteUInt32BigEndian(transport.AsSpan(4), sequence);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport.AsSpan(4), (ushort)transport.Length);
        }

        var protocol = isTcp ? IpProtocols.Tcp : IpProtocols.Udp;
        return isV6 ? TestFrames.V6(3, 4, protocol, transport) : TestFrames.V4(0x0A000003, 0x0A000004, protocol, transport);
    }

    private static byte[] Header(bool isV6, bool isTcp, int size)
    {
        var header = new byte[VirtioHeader.Bytes];
        header[0] = VirtioHeader.NeedsChecksum;
        header[1] = isTcp ? isV6 ? VirtioHeader.GsoTcp6 : VirtioHeader.GsoTcp4 : (byte)5;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), (ushort)size);
        return header;
    }

    private static bool IsSound(byte[] packet, in FrameFacts facts)
    {
        var transport = packet.AsSpan(facts.TransportOffset);
        var sum = Sum(transport) + Sum(facts.IsV6 ? packet.AsSpan(8, 32) : packet.AsSpan(12, 8)) + facts.Protocol + transport.Length;
        return Fold(sum) == 0xffff && (facts.IsV6 || Fold(Sum(packet.AsSpan(0, 20))) == 0xffff);
    }

    private static long Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0L;
        for (var i = 0; i < bytes.Length; i++)
        {
            sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
        }

        return sum;
    }

    private static long Fold(long sum)
    {
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return sum;
    }
}
