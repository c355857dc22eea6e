using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Tests.Subscriptions;

public sealed class ReceiptTests : IDisposable
{
    private readonly ReceiptFixture _router = new();

    [Fact]
    public void Subscribe_GoodSignature_AddsThenRefreshes()
    {
        Assert.Equal("NodeAdded", _router.Receive(_router.Packet()));
        _router.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("NodeRefreshed", _router.Receive(_router.Packet()));
        Assert.Equal("127.0.0.1:3031", Assert.Single(_router.Registry.Find("www.example.com", "/")!.Nodes).Upstream!.Address.Text);
    }

    [Fact]
    public void Subscribe_Sha1AsThePlatformSigns_IsAccepted() => Assert.Equal("NodeAdded", _router.Receive(_router.Sign(_router.Packet(), digest: "SHA1")));

    [Fact]
    public void Subscribe_DigestNotListed_IsRefused() => Assert.Equal("BadSignature", _router.Receive(_router.Sign(_router.Packet(), digest: "SHA512")));

    [Fact]
    public void Subscribe_AnotherCustomersSignature_IsRefused()
    {
        using var other = RSA.Create(2048);
        Assert.Equal("BadSignature", _router.Receive(_router.Sign(_router.Packet(), other)));
        Assert.Null(_router.Registry.Find("www.example.com", "/"));
    }

    [Fact]
    public void Subscribe_Unsigned_IsRefused() => Assert.Equal("NotSigned", _router.Receive(SubscriptionPacketWriter.Write(_router.Packet())));

    [Fact]
    public void Subscribe_UnknownKey_IsRefused() => Assert.Equal("UnknownKey", _router.Receive(_router.Packet("other.example.com")));

    [Fact]
    public void Subscribe_OlderThanTolerance_IsRefused() => Assert.Equal("TooOld", _router.Receive(_router.Packet(unix: _router.Now - 86_401)));

    [Fact]
    public void Subscribe_FromTheFuture_IsRefused()
    {
        Assert.Equal("FromTheFuture", _router.Receive(_router.Packet(unix: _router.Now + 31)));
        Assert.Equal("NodeAdded", _router.Receive(_router.Packet(unix: _router.Now + 30)));
    }

    [Fact]
    public void Subscribe_SamePacketAgain_IsReplay()
    {
        var datagram = _router.Sign(_router.Packet());
        Assert.Equal("NodeAdded", _router.Receive(datagram));
        Assert.Equal("Replayed", _router.Receive(datagram));
    }

    [Fact]
    public void Replay_AfterTheNodeIsGone_IsStillRefused()
    {
        var first = _router.Sign(_router.Packet());
        _router.Receive(first);
        _router.Time.Advance(TimeSpan.FromSeconds(31));
        _router.Upkeep.Run(trimLedger: true);
        Assert.Null(_router.Registry.Find("www.example.com", "/"));
        Assert.Equal("Replayed", _router.Receive(first));
    }

    [Fact]
    public void CommandFlip_OfAnAcceptedPacket_IsRefusedBothWays()
    {
        var subscribe = _router.Sign(_router.Packet());
        _router.Receive(subscribe);
        Assert.Equal("Replayed", _router.Receive(Flip(subscribe)));

        var unsubscribe = _router.Sign(_router.Packet(unix: _router.Now + 1, command: SubscriptionCommand.Unsubscribe));
        Assert.Equal("NodeRemoved", _router.Receive(unsubscribe));
        Assert.Equal("Replayed", _router.Receive(Flip(unsubscribe)));
    }

    [Fact]
    public void StopAndStart_AtOnce_LosesNoMoreThanTheAnnounceThatEqualsTheUnsubscribe()
    {
        // Real senders stamp an unsubscribe one second ahead. An announce of that very second has the same signed bytes, so it could be the
        // unsubscribe turned round; senders announce again a second later.
        _router.Receive(_router.Packet());
        _router.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("NodeRemoved", _router.Receive(_router.Packet(unix: _router.Now + 1, command: SubscriptionCommand.Unsubscribe)));
        _router.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Replayed", _router.Receive(_router.Packet()));
        Assert.Equal("NodeAdded", _router.Receive(_router.Packet() with { Load = 1 }));
        Assert.Equal("NodeRemoved", _router.Receive(_router.Packet(unix: _router.Now + 1, command: SubscriptionCommand.Unsubscribe)));
        _router.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("NodeAdded", _router.Receive(_router.Packet()));
    }

    [Fact]
    public void Unsubscribe_UnknownNode_IsCountedAndCannotComeBackAsSubscribe()
    {
        var unsubscribe = _router.Sign(_router.Packet(command: SubscriptionCommand.Unsubscribe));
        Assert.Equal("NoSuchNode", _router.Receive(unsubscribe));
        Assert.Equal("Replayed", _router.Receive(Flip(unsubscribe)));
    }

    [Fact]
    public void Unsubscribe_WrongKey_RemovesNothing()
    {
        using var other = RSA.Create(2048);
        _router.Receive(_router.Packet());
        Assert.Equal("BadSignature", _router.Receive(_router.Sign(_router.Packet(unix: _router.Now + 1, command: SubscriptionCommand.Unsubscribe), other)));
        Assert.NotNull(_router.Registry.Find("www.example.com", "/"));
    }

    [Fact]
    public void PublicKey_Replaced_OldOwnerIsRefusedAndNewOneAccepted()
    {
        using var next = RSA.Create(2048);
        _router.Receive(_router.Packet());
        _router.WriteKey("www.example.com", next);
        File.SetLastWriteTimeUtc(_router.Keys.File("www.example.com.pem"), DateTime.UtcNow.AddSeconds(5));
        _router.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("BadSignature", _router.Receive(_router.Packet()));
        Assert.Equal("NodeRefreshed", _router.Receive(_router.Sign(_router.Packet(), next)));
    }

    [Fact]
    public void PublicKey_Deleted_RevokesTheSlot()
    {
        _router.Receive(_router.Packet());
        File.Delete(_router.Keys.File("www.example.com.pem"));
        _router.Time.Advance(TimeSpan.FromSeconds(2));
        _router.Upkeep.Run(trimLedger: false);
        Assert.Null(_router.Registry.Find("www.example.com", "/"));
        Assert.Equal("UnknownKey", _router.Receive(_router.Packet()));
    }

    [Theory]
    [InlineData("127.0.0.1:9180")]
    [InlineData("127.0.0.2:3031")]
    [InlineData("/run/other.sock")]
    [InlineData("/run/apps/../other.sock")]
    public void Address_NotConfigured_IsRefused(string address) => Assert.Equal("AddressNotAllowed", _router.Receive(_router.Packet(address: address)));

    [Fact]
    public void Wildcard_OfEverybody_IsRefused()
    {
        _router.WriteKey(".com");
        Assert.Equal("KeyTooWide", _router.Receive(_router.Packet(".com")));
    }

    [Fact]
    public void Flood_FromOneSource_IsThrottledAndLeavesRenewalsAndOthersAlone()
    {
        using var other = RSA.Create(2048);
        var renewing = new PacketSource(null, IPAddress.Parse("192.0.2.1"));
        _router.Receive(_router.Packet(), renewing);

        var throttled = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var junk = _router.Packet(address: $"127.0.0.1:{3000 + (i % 900)}", unix: _router.Now);
            _router.Receive(SignedLike(junk), renewing);
            throttled += _router.Results[^1] == "Throttled" ? 1 : 0;
        }

        Assert.True(throttled >= 900, $"{throttled} of 5000 were throttled");
        _router.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("NodeRefreshed", _router.Receive(_router.Packet(unix: _router.Now + 1), renewing));
        Assert.Equal("NodeAdded", _router.Receive(_router.Packet(address: "127.0.0.1:3999"), new PacketSource(null, IPAddress.Parse("192.0.2.2"))));
    }

    [Fact]
    public void Rejection_IsLoggedAtDebugWithItsCause()
    {
        _router.Receive(SubscriptionPacketWriter.Write(_router.Packet()));
        var entry = Assert.Single(_router.ReceiverLog.Entries);
        Assert.Equal((RouterEventIds.PacketRejected, LogLevel.Debug, "Packet from uid 1000 pid 1 for www.example.com rejected: NotSigned."), (entry.Id.Id, entry.Level, entry.Text));
    }

    [Fact]
    public void Certificate_IsOfferedWithTheNameAndWithdrawnWithTheLastNode()
    {
        var claim = new SniClaim("/key", "/crt", null, false);
        _router.Receive(_router.Packet() with { Sni = claim });
        Assert.Equal(claim, _router.Certificates.Offered["www.example.com"]);
        _router.Receive(_router.Packet(unix: _router.Now + 1, command: SubscriptionCommand.Unsubscribe));
        Assert.Empty(_router.Certificates.Offered);
    }

    [Fact]
    public void Versions_GrowAfterTheChange_SoThatASnapshotInItsMidstIsNotTheLast()
    {
        var midst = long.MaxValue;
        var ledger = _router.Ledger.Version;
        _router.Certificates.OnOffer = () => midst = _router.Registry.Version;
        _router.Receive(_router.Packet() with { Sni = new SniClaim("/key", "/crt", null, false) });
        Assert.True(_router.Registry.Version > midst);
        Assert.True(_router.Ledger.Version > ledger);
    }

    public void Dispose() => _router.Dispose();

    private static byte[] Flip(byte[] datagram)
    {
        var flipped = datagram.ToArray();
        flipped[3] ^= 1;
        return flipped;
    }

    /// <summary>A packet with 256 bytes where its signature would be: cheap to make in thousands.</summary>
    private static byte[] SignedLike(SubscriptionPacket packet)
    {
        var bare = SubscriptionPacketWriter.Write(packet);
        byte[] datagram = [.. bare, 4, 0, .. "sign"u8, 0, 1, .. new byte[256]];
        datagram[1] = (byte)(datagram.Length - 4);
        datagram[2] = (byte)((datagram.Length - 4) >> 8);
        return datagram;
    }
}
