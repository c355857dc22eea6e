using System.Diagnostics;
using CsCheck;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Tests.Routing;

namespace UwsgiIt.Tuntap.Tests.Tunnel;

public sealed class TunnelGatewayTests : IDisposable
{
    private readonly TunnelEnd _one = new();
    private readonly TunnelEnd _two = new();
    private readonly TunnelEnd _stranger = new();

    private static byte[] Packet(byte mark) => TestFrames.V4(0x0A000003, 0x0A000004, 17, [.. TestFrames.Udp(1, 2, 0), mark, mark, mark, mark]);

    private void Introduce()
    {
        _one.Know((_two, _two.PublicKey));
        _two.Know((_one, _one.PublicKey));
    }

    private void Pump()
    {
        for (var turn = 0; turn < 4; turn++)
        {
            _one.Pump();
            _two.Pump();
        }
    }

    [Fact]
    public void Packets_ThatWaitedForTheHandshake_ArriveInOrderAndBothWays()
    {
        Introduce();
        for (byte mark = 0; mark < 5; mark++)
        {
            Assert.Equal(DropCause.None, _one.Send(_two, Packet(mark)));
        }

        Pump();
        Assert.Equal(Enumerable.Range(0, 5).Select(static mark => Packet((byte)mark)), _two.Packets);
        _two.Send(_one, Packet(77));
        Pump();
        Assert.Equal([Packet(77)], _one.Packets);
        Assert.Equal((1, 1), (_one.Counters.Handshakes, _two.Counters.Handshakes));

        // Nothing of a packet can be seen on the way.
        Assert.DoesNotContain(_two.Heard, static datagram => datagram.AsSpan().IndexOf(Packet(1).AsSpan(12, 8)) >= 0);
    }

    [Fact]
    public void Both_AskingAtOnce_UnderstandOneAnother()
    {
        Introduce();
        _one.Send(_two, Packet(1));
        _two.Send(_one, Packet(2));
        Pump();
        for (byte mark = 10; mark < 20; mark++)
        {
            _one.Send(_two, Packet(mark));
            _two.Send(_one, Packet(mark));
            Pump();
        }

        Assert.Equal(11, _one.Packets.Count);
        Assert.Equal(11, _two.Packets.Count);
    }

    [Fact]
    public void Repeated_Forged_AndUnknown_AreDroppedAndCounted()
    {
        Introduce();
        _one.Send(_two, Packet(1));
        Pump();
        var heard = _two.Heard.ToList();
        foreach (var datagram in heard)
        {
            _two.Hear(datagram, _one);
        }

        Assert.Single(_two.Packets);
        Assert.Equal(1, _two.Counters.Replayed);
        Assert.Equal(1, _two.Counters.Forged); // the old initiation

        // Every bit of a good datagram counts.
        _one.Send(_two, Packet(2));
        _two.Pump();
        var good = _two.Heard[^1];
        var (before, taken) = (_two.Packets.Count, _two.Counters.Forged + _two.Counters.Unknown);
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bad = (byte[])good.Clone();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            _two.Hear(bad, _one);
        }

        Assert.Equal(before, _two.Packets.Count);
        Assert.Equal(taken + (good.Length * 8), _two.Counters.Forged + _two.Counters.Unknown);

        // The original's gateway: a bare packet in a datagram (D8).
        _two.Hear(Packet(3), _one);
        Assert.Equal(before, _two.Packets.Count);
    }

    [Fact]
    public void Stranger_AndWrongKey_GetNoSession()
    {
        _one.Know((_two, _stranger.PublicKey));
        _two.Know((_one, _one.PublicKey));
        _stranger.Know((_two, _two.PublicKey));
        _one.Send(_two, Packet(1));
        _stranger.Send(_two, Packet(1));
        for (var turn = 0; turn < 4; turn++)
        {
            Pump();
            _stranger.Pump();
        }

        Assert.Empty(_two.Packets);
        Assert.Equal(0, _two.Counters.Handshakes);
        Assert.Equal(1, _two.Counters.Forged);
        Assert.Equal(1, _two.Counters.Unknown);
        Assert.Equal(DropCause.Unreachable, _one.Send(_stranger, Packet(1)));
    }

    [Fact]
    public void Session_IsRenewedAfterTwoMinutes_AndRefusedAfterThree()
    {
        Introduce();
        _one.Send(_two, Packet(1));
        Pump();
        foreach (var seconds in new[] { 130, 60, 190 })
        {
            _one.Now += seconds * Stopwatch.Frequency;
            _two.Now += seconds * Stopwatch.Frequency;
            _one.Send(_two, Packet((byte)seconds));
            Pump();
        }

        Assert.Equal([Packet(1), Packet(130), Packet(60), Packet(190)], _two.Packets);
        Assert.Equal(3, _two.Counters.Handshakes);
    }

    [Fact]
    public void Restart_OfTheReceiver_IsNoticedAtTheFirstPacket()
    {
        Introduce();
        _one.Send(_two, Packet(1));
        Pump();
        _two.Restart(_one);
        _one.Now += Stopwatch.Frequency;
        _two.Now += Stopwatch.Frequency;
        _one.Send(_two, Packet(2));
        Pump();
        _one.Send(_two, Packet(3));
        Pump();
        Assert.Equal([Packet(1), Packet(3)], _two.Packets);
    }

    [Fact]
    public void Handshakes_OfOnePeer_AreBounded()
    {
        Introduce();
        _one.Send(_two, Packet(1));
        Pump();
        for (var i = 0; i < 100; i++)
        {
            _two.Hear(_two.Heard[0], _one);
        }

        Assert.InRange(_two.Counters.Forged, 1, 20);
        Assert.True(_two.Counters.Flooded >= 80);
    }

    [Fact]
    public void Anything_FromAnybody_GivesNoPacket()
    {
        Introduce();
        _one.Send(_two, Packet(1));
        Pump();
        var samples = _two.Heard.Concat(_one.Heard).ToArray();
        Gen.Select(Gen.Int[0, samples.Length - 1], Gen.Int[0, 100], Gen.Byte, Gen.Int[0, 120], Gen.Byte.Array[0, 64]).Sample((which, at, value, cut, tail) =>
        {
            byte[] datagram = [.. samples[which].AsSpan(0, Math.Min(cut, samples[which].Length)), .. tail];
            if (at < datagram.Length)
            {
                datagram[at] ^= value;
            }

            if (!samples.Any(sample => sample.AsSpan().SequenceEqual(datagram)))
            {
                _two.Hear(datagram, _one);
            }

            Assert.Single(_two.Packets);
        }, iter: 20_000, threads: 1);
    }

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
        _stranger.Dispose();
    }
}
