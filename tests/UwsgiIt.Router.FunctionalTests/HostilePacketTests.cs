using System.Security.Cryptography;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>Packets that must change nothing, sent to the real socket.</summary>
public sealed class HostilePacketTests
{
    [Fact]
    public async Task BadPackets_AreRefusedByTheirCauseAndTheNameGoesOn()
    {
        await using var router = await RouterEnvironment.StartAsync();
        UwsgiVassal.Start(router, "www.example.com");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        var other = new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = "127.0.0.1:4000" };

        // Wrong key.
        using var stranger = RSA.Create(2048);
        router.Send(router.Sign(other, stranger));
        await router.PacketResultAsync("BadSignature");

        // The same packet again, and with its command flipped.
        var genuine = router.Sign(other with { Key = "replay.example.com" });
        router.WriteKey("replay.example.com");
        router.Send(genuine);
        await Eventually.TrueAsync(async () => (await router.NodesAsync("replay.example.com")).Length == 1, "the first one is taken");
        router.Send(genuine);
        genuine[3] = 1;
        router.Send(genuine);
        await router.PacketResultAsync("Replayed");
        Assert.Single(await router.NodesAsync("replay.example.com"));

        // The future.
        router.Send(router.Sign(other with { UnixSeconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600 }));
        await router.PacketResultAsync("FromTheFuture");

        // Header bytes.
        foreach (var (offset, cause) in new[] { (0, "WrongModifier1"), (1, "SizeMismatch"), (3, "UnknownCommand") })
        {
            var flipped = router.Sign(other);
            flipped[offset] ^= 0x82;
            router.Send(flipped);
            await router.PacketResultAsync(cause);
        }

        // Too long by one byte, not signed, garbage.
        router.Send(new byte[4097]);
        await router.PacketResultAsync("TooLong");
        router.Send(SubscriptionPacketWriter.Write(other));
        await router.PacketResultAsync("NotSigned");
        var garbage = new byte[200];
        for (var i = 0; i < 5_000; i++)
        {
            Random.Shared.NextBytes(garbage);
            router.Send(garbage);
        }

        Assert.Equal(200, await router.StatusAsync("www.example.com"));
        Assert.Equal(router.Folder.File("app.sock"), Assert.Single(await router.NodesAsync("www.example.com")));
    }

    [Fact]
    public async Task Packet_OfExactly4096Bytes_IsTaken()
    {
        await using var router = await RouterEnvironment.StartAsync();
        var packet = new SubscriptionPacket
        {
            Command = SubscriptionCommand.Subscribe,
            Key = "www.example.com",
            Address = "127.0.0.1:4000",
            Sni = new SniClaim("-----BEGIN ", "-----BEGIN ", null, false),
        };
        var short_ = router.Sign(packet).Length;
        var full = router.Sign(packet with { Sni = packet.Sni with { Certificate = "-----BEGIN " + new string('x', 4096 - short_) } });
        Assert.Equal(4096, full.Length);
        router.WriteKey("www.example.com");
        router.Send(full);
        await Eventually.TrueAsync(async () => (await router.NodesAsync("www.example.com")).Length == 1, "it is taken");
    }
}
