using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests;

/// <summary>kill -9 while writing: what was acknowledged is there, nothing is there by half, and versions never go back.</summary>
public sealed class DurabilityTests
{
    private const int Writers = 4;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("UWSGIIT_LONG") == "1" ? 200 : 10;

    [Fact]
    public async Task Kill_WhileWriting_OnSqlite_LosesNothing()
    {
        using var directory = new TempDirectory();
        await RunAsync(directory.Path, new Dictionary<string, string>());
        await using var connection = new SqliteConnection($"Data Source={directory.File("api.db")}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", await command.ExecuteScalarAsync());
        command.CommandText = "PRAGMA foreign_key_check";
        Assert.Null(await command.ExecuteScalarAsync());
    }

    [SkippableFact]
    public async Task Kill_WhileWriting_OnPostgreSql_LosesNothing()
    {
        using var directory = new TempDirectory();
        await RunAsync(directory.Path, new Dictionary<string, string> { ["Storage:Provider"] = "PostgreSql", ["Storage:ConnectionString"] = await PostgresServer.NewDatabaseAsync() });
    }

    private static async Task RunAsync(string directory, Dictionary<string, string> settings)
    {
        var port = ApiProcess.FreePort();
        var acknowledged = new ConcurrentDictionary<string, long>();
        var customerId = 0;
        long newest = 0;
        var random = new Random(1);
        for (var round = 0; round < Rounds; round++)
        {
            using var api = await ApiProcess.StartAsync(directory, port, settings);
            using var client = api.Operator();
            if (customerId == 0)
            {
                customerId = (await client.CreateAsync("/v1/customers", new { name = "c", password = "x", key_kind = "p-256" }))["id"]!.GetValue<int>();
            }

            newest = Math.Max(newest, await CheckAsync(client, acknowledged, newest));
            using var stop = new CancellationTokenSource();
            var enough = new TaskCompletionSource();
            var target = acknowledged.Count + random.Next(5, 60);
            var writers = Enumerable.Range(0, Writers).Select(writer => WriteAsync(api, customerId, $"r{round}w{writer}n", acknowledged, () =>
            {
                if (acknowledged.Count >= target)
                {
                    enough.TrySetResult();
                }
            }, stop.Token)).ToList();
            await enough.Task.WaitAsync(TimeSpan.FromSeconds(60));
            api.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }

        using var last = await ApiProcess.StartAsync(directory, port, settings);
        using var reader = last.Operator();
        await CheckAsync(reader, acknowledged, newest);
        Assert.True(acknowledged.Count >= Rounds * 5);
    }

    /// <summary>Two rows in one transaction, tag and domain: both or none.</summary>
    private static async Task WriteAsync(ApiProcess api, int customerId, string prefix, ConcurrentDictionary<string, long> acknowledged, Action written, CancellationToken stop)
    {
        using var client = api.Operator();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                var name = $"{prefix}{i}";
                using var response = await client.PostJsonAsync("/v1/domains", new { name = $"{name}.example.org", customer = customerId, tags = new[] { name } });
                Assert.Equal(HttpStatusCode.Created, response.StatusCode);
                acknowledged[name] = long.Parse(response.Headers.GetValues("UwsgiIt-Version").Single(), System.Globalization.CultureInfo.InvariantCulture);
                written();
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    private static async Task<long> CheckAsync(HttpClient client, ConcurrentDictionary<string, long> acknowledged, long newest)
    {
        var domains = await AllAsync(client, "/v1/domains");
        var tags = (await AllAsync(client, "/v1/tags")).Select(static item => item["name"]!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        var names = domains.Select(static item => item["name"]!.GetValue<string>().Split('.')[0]).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(acknowledged.Keys, name => !names.Contains(name));
        Assert.Equal(names.Order(StringComparer.Ordinal), tags.Order(StringComparer.Ordinal));
        Assert.All(domains, static item => Assert.Equal(item["name"]!.GetValue<string>().Split('.')[0], item["tags"]![0]!.GetValue<string>()));
        var changes = await AllAsync(client, "/v1/changes");
        var versions = changes.Select(static item => item["version"]!.GetValue<long>()).ToList();
        Assert.Equal(versions.Count, versions.Distinct().Count());
        var created = changes.Where(static item => item["kind"]!.GetValue<string>() == "domain").Select(static item => item["object"]!.GetValue<long>()).ToHashSet();
        Assert.DoesNotContain(domains, item => !created.Contains(item["id"]!.GetValue<long>()));
        Assert.DoesNotContain(acknowledged.Values, version => !versions.Contains(version));
        var last = versions.Count == 0 ? 0 : versions[^1];
        Assert.True(last >= newest);
        return last;
    }

    private static async Task<List<JsonNode>> AllAsync(HttpClient client, string path)
    {
        var items = new List<JsonNode>();
        string? after = null;
        do
        {
            var page = await client.GetNodeAsync($"{path}?limit=1000{(after is null ? "" : $"&after={after}")}");
            items.AddRange(page["items"]!.AsArray().Select(static item => item!));
            after = page["next"]?.GetValue<string>();
        }
        while (after is not null);
        return items;
    }
}
