using System.Globalization;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>Frames that cost a server more than a client: each kind is cut by its budget, cheaply, and counted.</summary>
[Collection(EdgeCollection.Name)]
public sealed class Http2AbuseTests(EdgeFixture edge)
{
    private const long MaxGrowthBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, (string Cause, Func<RawHttp2, uint, Task> Send)> Abuses = new()
    {
        ["rapid-reset"] = ("Resets", static async (h, stream) =>
        {
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, stream, h.Get());
            await h.FrameAsync(RawHttp2.Reset, 0, stream, [0, 0, 0, 8]);
        }),
        ["made-you-reset"] = ("Resets", static async (h, stream) =>
        {
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders, stream, h.Post(("content-length", "1")));
            await h.FrameAsync(RawHttp2.Data, 0, stream, [1, 2]);
        }),
        ["ping"] = ("ControlFrames", static (h, _) => h.FrameAsync(RawHttp2.Ping, 0, 0, new byte[8])),
        ["settings"] = ("ControlFrames", static (h, _) => h.FrameAsync(RawHttp2.Settings, 0, 0, [])),
        ["priority"] = ("ControlFrames", static (h, _) => h.FrameAsync(RawHttp2.Priority, 0, 1, [0, 0, 0, 3, 1])),
        ["unknown"] = ("ControlFrames", static (h, _) => h.FrameAsync(0xbe, 0, 0, [])),
        ["empty-data"] = ("ControlFrames", static async (h, stream) =>
        {
            if (stream == 1)
            {
                await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders, 1, h.Post());
            }

            await h.FrameAsync(RawHttp2.Data, 0, 1, []);
        }),
        ["continuation"] = ("ControlFrames", static async (h, stream) =>
        {
            if (stream == 1)
            {
                await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndStream, 1, h.Get());
            }

            await h.FrameAsync(RawHttp2.Continuation, 0, 1, []);
        }),
        ["window-updates"] = ("WindowUpdates", static (h, stream) => stream % 1000 == 1 ? h.WriteAsync([.. Enumerable.Repeat<byte[]>([0, 0, 4, RawHttp2.WindowUpdate, 0, 0, 0, 0, 0, 0, 0, 0, 1], 1000).SelectMany(static frame => frame)]) : Task.CompletedTask),
    };

    public static TheoryData<string> Names => [.. Abuses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Abuse_IsCutByItsBudgetAndCheap(string name)
    {
        // What an attack costs shows every time; what a collection or a compilation happens to cost in its midst does not.
        for (var attempt = 1; ; attempt++)
        {
            var (cpu, memory) = await AttackAsync(name);
            if (attempt == 6 || (cpu <= 1 && memory <= MaxGrowthBytes))
            {
                Assert.InRange(cpu, 0, 1);
                Assert.InRange(memory, long.MinValue, MaxGrowthBytes);
                break;
            }
        }

        await edge.AssertGoodAsync();
    }

    [Fact]
    public async Task HonestUse_StaysWithinTheBudgets()
    {
        using var client = await RawHttp2.ConnectAsync(edge.H2c, EdgeFixture.HostOf(UpstreamProtocol.Http));
        for (uint stream = 1; stream < 1000; stream += 2)
        {
            await client.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, stream, client.Get());
            Assert.Equal("200", await client.OutcomeAsync(stream));
        }
    }

    /// <summary>Attacks until cut; tells the CPU seconds and the bytes it cost the router.</summary>
    private async Task<(double Cpu, long Memory)> AttackAsync(string name)
    {
        var (cause, send) = Abuses[name];
        var before = await CountAsync(cause);
        var cpu = CpuSeconds();
        var memory = edge.Router.ResidentBytes();
        using var client = await RawHttp2.ConnectAsync(edge.H2c, EdgeFixture.HostOf(UpstreamProtocol.Http));
        var ended = client.IsCutWithinAsync(Patience);
        for (uint stream = 1; stream < 200_000 && !ended.IsCompleted; stream += 2)
        {
            await send(client, stream);
        }

        Assert.True(await ended, "not cut");
        await Eventually.TrueAsync(async () => await CountAsync(cause) > before, $"a connection was cut for {cause}");
        return (CpuSeconds() - cpu, edge.Router.ResidentBytes() - memory);
    }

    private async Task<double> CountAsync(string cause) => (await edge.Router.MetricsAsync()).Split('\n')
        .Where(line => line.StartsWith("uwsgiit_router_connections_refused_total{", StringComparison.Ordinal) && line.Contains($"cause=\"{cause}\"", StringComparison.Ordinal))
        .Select(static line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).SingleOrDefault();

    /// <summary>Of the router's process, from the kernel's clock ticks (a hundred a second).</summary>
    private double CpuSeconds()
    {
        var fields = File.ReadAllText($"/proc/{edge.Router.Process.ProgramId}/stat").Split(") ")[1].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }
}
