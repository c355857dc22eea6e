using UwsgiIt.Linux;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Tests.Forwarding;

public sealed class ClientWaitTests
{
    private const int Rate = 5_000;
    private const long Deadline = 10_000;

    [Theory]
    [InlineData(50_000, true)]
    [InlineData(49_000, true)]
    [InlineData(47_079, false)]
    [InlineData(47_080, true)]
    [InlineData(0, false)]
    public void Client_HasToTakeWhatTheRateAsksFor_ButForTwoSegments(long taken, bool expected)
    {
        var client = new Client { Acknowledged = 1_000_000 };
        var wait = Seen(client, 1_000);
        client.Acknowledged += taken;
        Assert.Equal(expected, wait.TryRenew(client, Deadline, 11_000, Rate, out var next));
        Assert.Equal(21_000, next);
    }

    [Fact]
    public void Client_HasToTakeItEachTime_WithoutCredit()
    {
        var client = new Client();
        var wait = Seen(client, 1_000);
        client.Acknowledged += 10_000_000;
        Assert.True(wait.TryRenew(client, Deadline, 11_000, Rate, out var next));
        wait.Look(client, next, 12_000);
        client.Acknowledged += 10_000;
        Assert.False(wait.TryRenew(client, next, 21_500, Rate, out _));
    }

    [Fact]
    public void WaitNobodySaw_OrOfAClientThatCannotTell_IsNotRenewed()
    {
        var client = new Client();
        var wait = default(ClientWait);
        wait.Look(client, Deadline, 1_000);
        client.Acknowledged += 1_000_000;
        Assert.False(wait.TryRenew(client, Deadline, 11_000, Rate, out _));
        wait = Seen(client, 1_000);
        client.Acknowledged += 1_000_000;
        Assert.False(wait.TryRenew(client, Deadline + 1, 11_000, Rate, out _));
        client.IsTelling = false;
        Assert.False(wait.TryRenew(client, Deadline, 11_000, Rate, out _));
        Assert.False(Seen(client, 1_000).TryRenew(client, Deadline, 11_000, Rate, out _));
        Assert.False(Seen(null, 1_000).TryRenew(null, Deadline, 11_000, Rate, out _));
    }

    /// <summary>As after the second look.</summary>
    private static ClientWait Seen(Client? client, long now)
    {
        var wait = default(ClientWait);
        wait.Look(client, Deadline, now - 250);
        wait.Look(client, Deadline, now);
        return wait;
    }

    private sealed class Client : IClientProgress
    {
        public long Acknowledged { get; set; }

        public bool IsTelling { get; set; } = true;

        public bool TryGetProgress(out TcpProgress progress)
        {
            progress = new TcpProgress(Acknowledged, 1_460);
            return IsTelling;
        }
    }
}
