using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Containerd.Agents;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Agents;

/// <summary>Files of a host that the api asks for: sent when the host's own list has them, and when they change.</summary>
[Collection("sqlite")]
public sealed class FileCollectorTests(SqliteEnvironment environment)
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task File_OfBothLists_ReachesTheApi_AndOtherFilesDoNot()
    {
        using var directory = new TempDirectory();
        var server = await environment.NewServerAsync();
        await HostFiles.EnrolAsync(environment.Operator, server.Id, directory);
        var (wanted, secret, tooLong) = (directory.File("release"), directory.File("shadow"), directory.File("long"));
        await File.WriteAllTextAsync(wanted, "one");
        await File.WriteAllTextAsync(secret, "secret");
        await File.WriteAllTextAsync(tooLong, new string('x', 70_000));
        foreach (var file in new[] { wanted, secret, tooLong })
        {
            await environment.Operator.CreateAsync("/v1/collected-files", new { filename = file });
        }

        var time = new FakeTimeProvider();
        var agent = Options.Create(new AgentOptions { Api = environment.Tls.ToString(), Certificate = directory.File("host.crt"), Key = directory.File("host.key"), Authority = directory.File("authority.crt") });
        using var collector = new FileCollector(agent, Options.Create(new CollectorOptions { Interval = Round, Files = { wanted, tooLong, directory.File("absent") } }), time, NullLogger<FileCollector>.Instance);
        await collector.StartAsync(CancellationToken.None);

        // What the api did not ask for is not sent either.
        time.Advance(Round);
        collector.Ask([wanted, secret, tooLong, "/etc/passwd"]);
        await UntilAsync(time, server.Id, "one");
        await File.WriteAllTextAsync(wanted, "two");
        await UntilAsync(time, server.Id, "two");
        Assert.Equal([wanted], (await ValuesAsync(server.Id)).Select(static item => item["filename"]!.GetValue<string>()));
        await collector.StopAsync(CancellationToken.None);
    }

    private async Task<List<JsonNode>> ValuesAsync(int serverId) => [.. (await environment.Operator.GetNodeAsync($"/v1/collected-values?server={serverId}")).AsArray().Select(static item => item!)];

    private async Task UntilAsync(FakeTimeProvider time, int serverId, string value)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!(await ValuesAsync(serverId)).Exists(item => item["value"]!.GetValue<string>() == value))
        {
            time.Advance(Round);
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
