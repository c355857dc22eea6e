using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Agents;
using UwsgiIt.Containerd.Alarms;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Agents;

/// <summary>Alarms and measurements of a host while the api comes, dies and comes back: each arrives, each once.</summary>
public sealed class CourierTests
{
    private const int Uid = 30_001;
    private const int Deadline = 120;

    [Fact]
    public async Task Spools_WhileTheApiIsAway_AreKept_AndBroughtOnce()
    {
        using var directory = new TempDirectory();
        var (plainPort, tlsPort) = (ApiProcess.FreePort(), ApiProcess.FreePort());
        var settings = new Dictionary<string, string> { ["Listener:Endpoints:2:Address"] = $"127.0.0.1:{tlsPort}", ["Listener:Endpoints:2:Tls"] = "true" };
        var start = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1000;
        using (var api = await ApiProcess.StartAsync(directory.Path, plainPort, settings))
        {
            using var client = api.Operator();
            await FillAsync(client, directory);
        }

        // The api is away; what happens meanwhile is spooled.
        var paths = Options.Create(new PathOptions { StateDirectory = directory.File("containerd"), ContainersRoot = directory.File("containers") });
        var agent = Options.Create(new AgentOptions { Api = $"https://localhost:{tlsPort}", Certificate = directory.File("host.crt"), Key = directory.File("host.key"), Authority = directory.File("authority.crt") });
        var alarms = new AlarmSpool(paths, Options.Create(new AlarmOptions()), TimeProvider.System, NullLogger<AlarmSpool>.Instance);
        var metrics = new MetricSpool(Options.Create(new CollectorOptions()), paths, TimeProvider.System, NullLogger<MetricSpool>.Instance);
        var pauses = new FakeTimeProvider();
        using var alarmCourier = new AlarmCourier(alarms, agent, pauses, NullLogger<AlarmCourier>.Instance);
        using var metricCourier = new MetricCourier(metrics, agent, pauses, NullLogger<MetricCourier>.Instance);
        Happen(alarms, metrics, start, 0);
        await alarmCourier.StartAsync(CancellationToken.None);
        await metricCourier.StartAsync(CancellationToken.None);
        await WaitAsync(pauses, alarmCourier.ExecuteTask!, () => Waiting(alarms, metrics) == 6, "the spools");

        // It comes back, dies in the middle of things, and comes back again.
        for (var round = 1; round <= 2; round++)
        {
            using var api = await ApiProcess.StartAsync(directory.Path, plainPort, settings);
            Happen(alarms, metrics, start, round);
            if (round < 2)
            {
                api.Kill();
                continue;
            }

            await WaitAsync(pauses, alarmCourier.ExecuteTask!, () => Waiting(alarms, metrics) == 0, "empty spools");
            using var client = api.Operator();
            var texts = (await client.GetNodeAsync("/v1/alarms?limit=100"))["items"]!.AsArray().Select(static item => item!["msg"]!.GetValue<string>()).Order(StringComparer.Ordinal);
            Assert.Equal(Enumerable.Range(0, 3).SelectMany(static i => Enumerable.Range(0, 3).Select(k => $"alarm {i} {k}")).Order(StringComparer.Ordinal), texts);
            var points = (await client.GetNodeAsync($"/v1/metrics/container.mem?container={Uid}&from={start}"))[0]!["points"]!.AsArray();
            Assert.Equal([.. Enumerable.Range(0, 9).Select(i => (start + i, i * 5L))], points.Select(static point => (point!["unix"]!.GetValue<long>(), point["value"]!.GetValue<long>())).Distinct());
        }

        await alarmCourier.StopAsync(CancellationToken.None);
        await metricCourier.StopAsync(CancellationToken.None);
    }

    private static void Happen(AlarmSpool alarms, MetricSpool metrics, long start, int round)
    {
        for (var k = 0; k < 3; k++)
        {
            Assert.True(alarms.Raise(Uid, $"{round} {k}", $"alarm {round} {k}", TimeSpan.FromMinutes(1)));
            var i = (round * 3) + k;
            metrics.Add([new HostMetric { Container = Uid, Metric = "container.mem", Unix = start + i, Value = i * 5 }]);

            // Two looks in one millisecond would share a file's name; the collector's are 100 ms apart at the least.
            SpinWait.SpinUntil(() => false, 3);
        }
    }

    private static int Waiting(AlarmSpool alarms, MetricSpool metrics) => alarms.Waiting.Oldest(1000).Count + metrics.Waiting.Oldest(1000).Count;

    private static async Task WaitAsync(FakeTimeProvider pauses, Task courier, Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(Deadline));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition())
        {
            Assert.False(courier.IsFaulted, courier.Exception?.ToString());
            Assert.False(deadline.IsCancellationRequested, what);
            pauses.Advance(TimeSpan.FromMinutes(1));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static async Task FillAsync(HttpClient client, TempDirectory directory)
    {
        var server = await client.CreateAsync("/v1/servers", new { name = "one", address = "127.0.0.1", memory = 1000, storage = 1000 });
        await client.CreateAsync("/v1/customers", new { name = "acme", password = "x", key_kind = "p-256" });
        await client.CreateAsync("/v1/containers", new { name = "web", server = 1, memory = 100, storage = 100, customer = 1 });
        await HostFiles.EnrolAsync(client, server["id"]!.GetValue<int>(), directory);
    }
}
