using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Api.Contracts;

namespace UwsgiIt.ApiLoad;

/// <summary>Asks: how long until a change that concerns every host is known to the last of them, over mutual TLS, each with a certificate of its own?</summary>
internal static class HostFeedLoad
{
    private const int Changes = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(HttpClient operatorClient, int tlsPort, string folder, int hosts)
    {
        using var stop = new CancellationTokenSource();
        var followers = new List<Follower>();
        for (var i = 0; i < hosts; i++)
        {
            var id = await MakeServerAsync(operatorClient);
            var client = new HostClient(await HostEnrolment.EnrolAsync(operatorClient, id, tlsPort, folder));
            var follower = new Follower(client);
            _ = follower.RunAsync(stop.Token);
            followers.Add(follower);
        }

        await Task.WhenAll(followers.Select(static follower => follower.ReachedAsync(0))).WaitAsync(Patience);
        var times = new List<double>();
        var last = await ChangeAsync(operatorClient);
        for (var i = 0; i < Changes; i++)
        {
            // A new server concerns all the others: they may talk to it.
            var watch = Stopwatch.StartNew();
            var next = await ChangeAsync(operatorClient);

            // A change has a version for each host: theirs are all past the one before.
            await Task.WhenAll(followers.Select(follower => follower.ReachedAsync(last + 1))).WaitAsync(Patience);
            last = next;
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine($"feed over mutual TLS: {Changes} changes reached the last of {hosts} hosts in p50 {ApiCpu.Text(times[Changes / 2])} ms, most {ApiCpu.Text(times[^1])} ms, the write included");
        await stop.CancelAsync();
        followers.ForEach(static follower => follower.Client.Dispose());
        return times[^1] <= 1000 ? 0 : 1;
    }

    private static async Task<int> MakeServerAsync(HttpClient operatorClient)
    {
        using var response = await operatorClient.PostAsJsonAsync("/v1/servers", Body());
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.GetValue<int>();
    }

    private static async Task<long> ChangeAsync(HttpClient operatorClient)
    {
        using var response = await operatorClient.PostAsJsonAsync("/v1/servers", Body());
        response.EnsureSuccessStatusCode();
        return long.Parse(response.Headers.GetValues("UwsgiIt-Version").Single(), System.Globalization.CultureInfo.InvariantCulture);
    }

    // Names and addresses that no run before this one took.
    private static object Body()
    {
        var bytes = Guid.NewGuid().ToByteArray();
        return new { name = $"host{Convert.ToHexString(bytes)}", address = $"fd00:{bytes[0]:x2}{bytes[1]:x2}:{bytes[2]:x2}{bytes[3]:x2}:{bytes[4]:x2}{bytes[5]:x2}::1", memory = 1000, storage = 1000 };
    }

    private sealed class Follower(HostClient client)
    {
        private readonly Lock _lock = new();
        private readonly List<(long Version, TaskCompletionSource Done)> _waiting = [];
        private long _seen = -1; // guarded by _lock

        public HostClient Client => client;

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            await foreach (var seen in client.FollowAsync(cancellationToken))
            {
                lock (_lock)
                {
                    _seen = seen;
                    _waiting.FindAll(item => item.Version <= seen).ForEach(static item => item.Done.TrySetResult());
                    _waiting.RemoveAll(item => item.Version <= seen);
                }
            }
        }

        /// <summary>Completes when this version or a later one was told.</summary>
        public Task ReachedAsync(long version)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (_seen >= version)
                {
                    return Task.CompletedTask;
                }

                _waiting.Add((version, done));
            }

            return done.Task;
        }
    }
}
