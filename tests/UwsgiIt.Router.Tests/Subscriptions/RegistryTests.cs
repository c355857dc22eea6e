using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.LoadBalancing;

namespace UwsgiIt.Router.Tests.Subscriptions;

public sealed class RegistryTests : IDisposable
{
    private readonly ReceiptFixture _router = new(options => options.SignaturesRequired = false);

    [Theory]
    [InlineData("www.example.com", "www.example.com")]
    [InlineData("WWW.Example.COM", "www.example.com")]
    [InlineData("www.example.com.", "www.example.com")]
    [InlineData("www.example.com:80", "www.example.com")]
    [InlineData("www.example.com:8080", "www.example.com:8080")]
    [InlineData("a.wild.example.com", ".wild.example.com")]
    [InlineData("a.b.wild.example.com:443", ".wild.example.com")]
    [InlineData("wild.example.com", null)]
    [InlineData("1.2.wild.example.com", ".wild.example.com")]
    [InlineData("1.2.3.4.wild.example.com", ".wild.example.com")]
    [InlineData("1.2.3.4.5.wild.example.com", null)]
    [InlineData("", null)]
    [InlineData("nobody.example.org", null)]
    [InlineData("www.example.com\u00e9", null)]
    public void Find_HostValue_ReachesItsSlot(string host, string? expected)
    {
        Subscribe("www.example.com");
        Subscribe("www.example.com:8080");
        Subscribe(".wild.example.com");
        Assert.Equal(expected, _router.Registry.Find(host, "/")?.Key);
    }

    [Fact]
    public void Find_AllocatesNothing()
    {
        Subscribe("www.example.com");
        Subscribe(".wild.example.com");
        _router.Registry.Find("www.example.com", "/");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _router.Registry.Find("WWW.example.com:80", "/");
            _router.Registry.Find("nobody.example.org", "/");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Wildcard_DoesNotTakeANameThatHasAKey()
    {
        Subscribe(".example.com");
        Assert.Equal(".example.com", _router.Registry.Find("other.example.com", "/")?.Key);
        Assert.Null(_router.Registry.Find("www.example.com", "/"));
    }

    [Fact]
    public void Fallback_ServesUnknownNames()
    {
        _router.RegistryOptions.CurrentValue.FallbackKey = "www.example.com";
        Subscribe("www.example.com");
        Assert.Equal("www.example.com", _router.Registry.Find("nobody.example.org", "/")?.Key);
    }

    [Fact]
    public void Mountpoint_ServesItsPathAndTheDomainTheRest()
    {
        _router.RegistryOptions.CurrentValue.Mountpoints = true;
        Subscribe("www.example.com");
        Subscribe("www.example.com/Shop");
        Assert.Equal("www.example.com/Shop", _router.Registry.Find("www.EXAMPLE.com:80", "/Shop/cart")?.Key);
        Assert.Equal("www.example.com/Shop", _router.Registry.Find("www.example.com", "/Shop")?.Key);
        Assert.Equal("www.example.com", _router.Registry.Find("www.example.com", "/shop")?.Key);
        Assert.Equal("www.example.com", _router.Registry.Find("www.example.com", "/")?.Key);
    }

    [Fact]
    public void Node_Silent_GoesAfterTheToleranceAndNotBefore()
    {
        Subscribe("www.example.com");
        _router.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, _router.Registry.Sweep());
        _router.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _router.Registry.Sweep());
        Assert.Null(_router.Registry.Find("www.example.com", "/"));
        Assert.Equal((0, 0), (_router.Registry.SlotCount, _router.Registry.NodeCount));
    }

    [Fact]
    public void Node_BusyWhenItLeaves_GoesAfterItsLastRequest()
    {
        Subscribe("www.example.com");
        var node = _router.Registry.Find("www.example.com", "/")!.Nodes[0];
        node.BeginRequest();
        _router.Receive(SubscriptionPacketWriter.Write(_router.Packet(command: SubscriptionCommand.Unsubscribe)));
        var slot = _router.Registry.Find("www.example.com", "/");
        Assert.NotNull(slot);
        Assert.Null(slot.Select(default));
        node.EndRequest();
        _router.Registry.Sweep();
        Assert.Null(_router.Registry.Find("www.example.com", "/"));
    }

    [Fact]
    public void Node_DeadAfterAConnectFailure_RevivesWithTheNextAnnounce()
    {
        Subscribe("www.example.com");
        var slot = _router.Registry.Find("www.example.com", "/")!;
        slot.Nodes[0].MarkDead();
        Assert.Null(slot.Select(default));
        Subscribe("www.example.com");
        Assert.NotNull(slot.Select(default));
    }

    [Fact]
    public void Refresh_WithAnotherProtocol_ReplacesTheUpstream()
    {
        Subscribe("www.example.com");
        var slot = _router.Registry.Find("www.example.com", "/")!;
        var before = slot.Nodes[0].Upstream;
        _router.Receive(SubscriptionPacketWriter.Write(_router.Packet() with { Protocol = UpstreamProtocol.Http }));
        Assert.NotSame(before, slot.Nodes[0].Upstream);
        Assert.Equal(UpstreamProtocol.Http, Assert.Single(slot.Nodes).Upstream!.Protocol);
    }

    [Fact]
    public void Vassal_WithoutAddress_IsInactiveUntilItAnnouncesOne()
    {
        _router.Receive(SubscriptionPacketWriter.Write(_router.Packet() with { Address = null, Vassal = "lazy.ini" }));
        var slot = _router.Registry.Find("www.example.com", "/")!;
        Assert.Null(slot.Select(default));
        var activation = slot.Activation;
        _router.Receive(SubscriptionPacketWriter.Write(_router.Packet() with { Vassal = "lazy.ini" }));
        Assert.True(activation.IsCompletedSuccessfully);
        Assert.NotNull(slot.Select(default));
        Assert.Equal("NodeCleared", _router.Receive(SubscriptionPacketWriter.Write(_router.Packet() with { Vassal = "lazy.ini", Clear = true })));
        Assert.Null(slot.Select(default));
        Assert.Single(slot.Nodes);
    }

    [Fact]
    public void Limits_AreKept()
    {
        _router.RegistryOptions.CurrentValue.MaxSlots = 1;
        _router.RegistryOptions.CurrentValue.MaxNodesPerSlot = 2;
        Assert.Equal("NodeAdded", Subscribe("www.example.com"));
        Assert.Equal("LimitReached", Subscribe("other.example.com"));
        Assert.Equal("NodeAdded", Subscribe("www.example.com", "127.0.0.1:3032"));
        Assert.Equal("LimitReached", Subscribe("www.example.com", "127.0.0.1:3033"));
    }

    [Fact]
    public async Task Readers_WhileAnnouncesComeAndGo_SeeWholeSlots()
    {
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            var seen = 0;
            while (!stop.IsCancellationRequested)
            {
                if (_router.Registry.Find("www.example.com", "/") is { } slot && slot.Select(new SelectionContext(null)) is { } node)
                {
                    Assert.NotNull(node);
                    seen++;
                }
            }

            return seen;
        });
        for (var i = 0; i < 2_000; i++)
        {
            Subscribe("www.example.com", $"127.0.0.1:{3000 + (i % 20)}");
            _router.Receive(SubscriptionPacketWriter.Write(_router.Packet(address: $"127.0.0.1:{3000 + ((i + 7) % 20)}", command: SubscriptionCommand.Unsubscribe)));
        }

        await stop.CancelAsync();
        Assert.True(await reader.WaitAsync(TimeSpan.FromSeconds(10)) >= 0);
        Assert.Equal(_router.Registry.Slots.Sum(static slot => slot.Nodes.Length), _router.Registry.NodeCount);
    }

    public void Dispose() => _router.Dispose();

    private string Subscribe(string key, string address = "127.0.0.1:3031") => _router.Receive(SubscriptionPacketWriter.Write(_router.Packet(key, address)));
}
