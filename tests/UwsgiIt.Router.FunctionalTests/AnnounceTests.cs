using System.Collections.Concurrent;
using System.Net;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>The real uWSGI announces itself, and what follows from it.</summary>
public sealed class AnnounceTests
{
    [Fact]
    public async Task Subscribe2_SignedBySha256_IsServed()
    {
        await using var router = await RouterEnvironment.StartAsync();
        UwsgiVassal.Start(router, "www.example.com");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        Assert.Equal("app", await (await router.GetAsync("WWW.Example.com:80")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task SubscribeTo_SignedBySha1_IsServed()
    {
        await using var router = await RouterEnvironment.StartAsync();
        router.WriteKey("www.example.com");
        UwsgiVassal.StartPlain(router, "--socket", router.Folder.File("app.sock"), "--env", "VASSAL=short",
            "--subscribe-to", $"{router.Announce}:www.example.com,0,SHA1:{router.PrivateKeyFile}");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
    }

    [Fact]
    public async Task Stop_Unsubscribes_TheNameIsGoneAtOnce()
    {
        await using var router = await RouterEnvironment.StartAsync();
        var vassal = UwsgiVassal.Start(router, "www.example.com");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        vassal.Stop();
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 404, "the name is gone");
    }

    [Fact]
    public async Task Kill_AnswersBadGatewayUntilTheNodeExpires_AndComesBack()
    {
        await using var router = await RouterEnvironment.StartAsync(static settings => settings["Registry"]!["Tolerance"] = "00:00:05");
        var vassal = UwsgiVassal.Start(router, "www.example.com");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        vassal.Kill();
        Assert.Contains(await router.StatusAsync("www.example.com"), new[] { 502, 503 });
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 404, "the node expires");
        vassal.Restart();
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is back");
    }

    [Fact]
    public async Task TwoVassals_WithWeightsThreeToTwo_ShareThreeToTwo()
    {
        await using var router = await RouterEnvironment.StartAsync();
        UwsgiVassal.Start(router, "www.example.com", "first", ",weight=3");
        UwsgiVassal.Start(router, "www.example.com", "second", ",weight=2");
        await Eventually.TrueAsync(async () => (await router.NodesAsync("www.example.com")).Length == 2, "both announce");
        var answers = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            answers.Add(await (await router.GetAsync("www.example.com")).Content.ReadAsStringAsync());
        }

        Assert.Equal((30, 20), (answers.Count(static answer => answer == "first"), answers.Count(static answer => answer == "second")));
    }

    [Fact]
    public async Task Reload_UnderLoad_FailsNoRequest()
    {
        await using var router = await RouterEnvironment.StartAsync();
        var vassal = UwsgiVassal.Start(router, "www.example.com");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        using var stop = new CancellationTokenSource();
        var failures = new ConcurrentBag<string>();
        var served = 0;
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var response = await router.GetAsync("www.example.com");
                Interlocked.Increment(ref served);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    failures.Add(response.StatusCode.ToString());
                }
            }
        })).ToArray();
        vassal.Reload();
        await Eventually.TrueAsync(() => Task.FromResult(vassal.Output.Contains("gracefully killing worker", StringComparison.OrdinalIgnoreCase) || vassal.Output.Contains("binary reloading", StringComparison.OrdinalIgnoreCase)), "uWSGI reloads");
        var before = Volatile.Read(ref served);
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref served) > before + 500), "it serves after the reload");
        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.Empty(failures);
    }

    [Fact]
    public async Task DeadNode_WithALiveOneBeside_IsPassedOver()
    {
        await using var router = await RouterEnvironment.StartAsync();
        var dying = UwsgiVassal.Start(router, "www.example.com", "dying");
        UwsgiVassal.Start(router, "www.example.com", "living");
        await Eventually.TrueAsync(async () => (await router.NodesAsync("www.example.com")).Length == 2, "both announce");
        dying.Kill();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("living", await (await router.GetAsync("www.example.com")).Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task DeadNode_ThatComesBackWithoutAnnouncing_IsFoundByAProbe()
    {
        await using var router = await RouterEnvironment.StartAsync();
        await router.AnnounceAsync(new() { Command = Protocol.Subscriptions.SubscriptionCommand.Subscribe, Key = "www.example.com", Address = router.Folder.File("late.sock") });
        Assert.Equal(502, await router.StatusAsync("www.example.com"));
        Assert.Equal(503, await router.StatusAsync("www.example.com"));
        UwsgiVassal.StartPlain(router, "--socket", router.Folder.File("late.sock"), "--env", "VASSAL=late");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the probe finds it");
        Assert.Equal(200, await router.StatusAsync("www.example.com"));
    }

    [Fact]
    public async Task Ack_GoesToTheNotifySocketOnce()
    {
        await using var router = await RouterEnvironment.StartAsync();
        using var notify = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Unspecified);
        notify.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(router.Folder.File("notify.sock")));
        await router.AnnounceAsync(new() { Command = Protocol.Subscriptions.SubscriptionCommand.Subscribe, Key = "www.example.com", Address = router.Folder.File("app.sock"), Notify = router.Folder.File("notify.sock") });
        var buffer = new byte[512];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var length = await notify.ReceiveAsync(buffer, deadline.Token);
        Assert.Equal($"[subscription ack] www.example.com => new node: {router.Folder.File("app.sock")}", System.Text.Encoding.UTF8.GetString(buffer, 0, length));
    }
}
