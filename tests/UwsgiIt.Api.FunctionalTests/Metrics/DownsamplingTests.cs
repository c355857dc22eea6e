using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.FunctionalTests.Metrics;

/// <summary>Three days of points grow old: as sent, five minutes, an hour, a day, nothing. In 2001, so that nobody else's points are touched.</summary>
public abstract class DownsamplingTests(ApiEnvironment environment)
{
    private const int Interval = 30;
    private const int Days = 3;
    private const int Day = 86_400;
    private static readonly DateTimeOffset Start = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Points_GrowingOld_AreThinnedStepByStep_AndSayTheSame()
    {
        var customer = await environment.NewCustomerAsync();
        var containerId = ContainerUid.RowOf(await customer.NewContainerAsync());
        var sent = Enumerable.Range(0, Days * Day / Interval).Select(static i => new RawPoint(Start.ToUnixTimeSeconds() + (i * Interval), (long)(1000 + (900 * Math.Sin(i / 17.0))))).ToList();
        MetricNames.TryFind("container.mem", out var metric);
        await environment.InspectAsync(async db =>
        {
            await new MetricIntake(db).StoreAsync([.. sent.Select(point => new MetricSample(containerId, 0, metric, point.Unix, point.Value))], CancellationToken.None);
            return 0;
        });
        var clock = new FakeTimeProvider(Start.AddDays(Days));
        using var downsampler = new Downsampler(environment.Services.GetRequiredService<ApiContextFactory>(), Options.Create(new MetricsOptions()), clock, NullLogger<Downsampler>.Instance);

        // After three days the first 23 hours are older than two days, by whole chunks.
        Assert.Equal(23, await downsampler.RunOnceAsync(CancellationToken.None));
        Assert.Equal(0, await downsampler.RunOnceAsync(CancellationToken.None));
        var (thinned, kept) = (sent.TakeWhile(static point => point.Unix < Start.AddHours(23).ToUnixTimeSeconds()), sent.Where(static point => point.Unix >= Start.AddHours(23).ToUnixTimeSeconds()));
        Same([.. Steps(thinned, 300), .. kept.Select(static point => new StepPoint(point.Unix, point.Value, point.Value, point.Value, point.Value))], await AllAsync(containerId, metric));

        // A day that is gone by the legacy root: what is left of it.
        var legacy = await environment.InspectAsync(db => MetricQueries.LegacyDayAsync(db, containerId, 0, metric, Start.ToUnixTimeSeconds() + Day, CancellationToken.None));
        Assert.Equal(288, legacy.Count);

        clock.SetUtcNow(Start.AddDays(20));
        await downsampler.RunOnceAsync(CancellationToken.None);
        Same(Steps(sent, 300), await AllAsync(containerId, metric));
        clock.SetUtcNow(Start.AddDays(40));
        await downsampler.RunOnceAsync(CancellationToken.None);
        Same(Steps(sent, 3600), await AllAsync(containerId, metric));
        clock.SetUtcNow(Start.AddDays(500));
        await downsampler.RunOnceAsync(CancellationToken.None);
        Same(Steps(sent, Day), await AllAsync(containerId, metric));
        clock.SetUtcNow(Start.AddDays(5000));
        await downsampler.RunOnceAsync(CancellationToken.None);
        Assert.Empty(await AllAsync(containerId, metric));
    }

    private Task<List<StepPoint>> AllAsync(int containerId, int metric) =>
        environment.InspectAsync(db => MetricQueries.RangeAsync(db, containerId, 0, metric, Start.ToUnixTimeSeconds(), Start.AddDays(Days).ToUnixTimeSeconds(), 0, CancellationToken.None));

    /// <summary>What steps are to be, by the plainest arithmetic.</summary>
    private static List<StepPoint> Steps(IEnumerable<RawPoint> points, int step) =>
        [.. points.GroupBy(point => point.Unix / step * step).Select(static group => new StepPoint(group.Key, group.Last().Value, group.Min(static point => point.Value), group.Max(static point => point.Value), group.Average(static point => point.Value)))];

    private static void Same(List<StepPoint> expected, List<StepPoint> actual)
    {
        Assert.Equal(expected.Select(static point => (point.Unix, point.Last, point.Min, point.Max)), actual.Select(static point => (point.Unix, point.Last, point.Min, point.Max)));
        Assert.All(expected.Zip(actual), static pair => Assert.Equal(pair.First.Average, pair.Second.Average, 6));
    }
}

[Collection("sqlite")]
public sealed class SqliteDownsamplingTests(SqliteEnvironment environment) : DownsamplingTests(environment);

[Collection("postgres")]
public sealed class PostgresDownsamplingTests(PostgresEnvironment environment) : DownsamplingTests(environment);
