using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Api.Contracts;

namespace UwsgiIt.ApiLoad;

/// <summary>Asks: what do the measurements of a whole fleet take, of processor and disk? A look of 30 s is sent as fast as the api takes it, 200 containers in a post.</summary>
internal static class MetricLoad
{
    private const int ContainersOfAHost = 200;
    private const int Interval = 30;
    private static readonly string[] Names = ["container.cpu", "container.io.read", "container.io.write", "container.net.rx", "container.net.tx", "container.mem", "container.mem.rss", "container.mem.cache", "container.quota", "container.inodes", "container.pids", "container.oom"];

    public static async Task<int> RunAsync(HttpClient operatorClient, string socket, int tlsPort, string folder, int looks, int series)
    {
        var uids = new List<int>();
        string? after = null;
        do
        {
            var page = (await operatorClient.GetFromJsonAsync<JsonNode>($"/v1/containers?limit=1000{(after is null ? "" : $"&after={after}")}"))!;
            uids.AddRange(page["items"]!.AsArray().Select(static item => item!["uid"]!.GetValue<int>()));
            after = page["next"]?.GetValue<string>();
        }
        while (after is not null);

        using var client = new HostClient(await HostEnrolment.EnrolAsync(operatorClient, 1, tlsPort, folder));

        // Two hours that began at a full one, so that chunks grow as they do in life.
        var start = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 3600 * 3600) - 7200;
        var (bytes, cpu, watch) = (ApiCpu.DatabaseBytes(folder), ApiCpu.Read(socket), Stopwatch.StartNew());
        var posts = new List<double>();
        for (var look = 0; look < looks; look++)
        {
            foreach (var host in uids.Chunk(ContainersOfAHost))
            {
                var post = Stopwatch.StartNew();
                await client.PostMetricsAsync(new HostMetrics { Samples = [.. host.SelectMany(uid => Names.Take(series).Select((name, i) => new HostMetric { Container = uid, Metric = name, Unix = start + (look * Interval), Value = (long)look * 1_000_003 * (i + 1) * uid % 1_000_000_007 }))] }, CancellationToken.None);
                posts.Add(post.Elapsed.TotalMilliseconds);
            }
        }

        var (used, grown) = ((ApiCpu.Read(socket) - cpu).TotalSeconds / looks, ApiCpu.DatabaseBytes(folder) - bytes);
        posts.Sort();
        Console.WriteLine($"{uids.Count} containers x {series} series, {looks} looks in {ApiCpu.Text(watch.Elapsed.TotalSeconds)} s: {ApiCpu.Text(used)} s of CPU a look, {ApiCpu.Text(used / Interval * 100)} % of a core at one every {Interval} s; a post of {ContainersOfAHost} containers p50 {ApiCpu.Text(posts[posts.Count / 2])} ms, p99 {ApiCpu.Text(posts[(int)(posts.Count * 0.99)])} ms");
        Console.WriteLine($"database grew by {grown / 1_048_576} MiB with its log: {ApiCpu.Text((double)grown / looks / uids.Count / series)} bytes a point");
        return 0;
    }
}
