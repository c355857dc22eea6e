using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Packets;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>Other ways in: UDP, a second router, an emperor, the service manager.</summary>
public sealed class TransportTests
{
    [SkippableTheory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Udp_AnnounceIsTaken(string address)
    {
        Skip.If(address == "::1" && !Socket.OSSupportsIPv6, "this machine has no IPv6");
        var endPoint = new IPEndPoint(IPAddress.Parse(address), RouterEnvironment.FreePort());
        await using var router = await RouterEnvironment.StartAsync(settings => settings["Subscription"]!["UdpEndpoints"] = new JsonArray(endPoint.ToString()));
        router.WriteKey("www.example.com");
        using var socket = new UdpClient(endPoint.AddressFamily);
        await socket.SendAsync(router.Sign(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = "127.0.0.1:4000" }), endPoint);
        await Eventually.TrueAsync(async () => (await router.NodesAsync("www.example.com")).Length == 1, "the node is in");
    }

    [Fact]
    public async Task Resubscribe_PassesOnWhatWasAcceptedAndNothingElse()
    {
        using var second = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var path = Path.Combine(Path.GetTempPath(), $"uwsgiit-{Guid.NewGuid():N}.sock");
        second.Bind(new UnixDomainSocketEndPoint(path));
        try
        {
            await using var router = await RouterEnvironment.StartAsync(settings => settings["Subscription"]!["Resubscribe"] = new JsonArray(path));
            router.Send(SubscriptionPacketWriter.Write(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = "127.0.0.1:4000" }));
            await router.PacketResultAsync("NotSigned");
            router.WriteKey("www.example.com");
            var genuine = router.Sign(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = "127.0.0.1:4000" });
            router.Send(genuine);
            var buffer = new byte[5000];
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            var length = await second.ReceiveAsync(buffer, deadline.Token);
            Assert.Equal(genuine, buffer[..length]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task OnDemand_RequestWaitsForTheVassalTheEmperorStarts()
    {
        using var emperor = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var path = Path.Combine(Path.GetTempPath(), $"uwsgiit-{Guid.NewGuid():N}.sock");
        emperor.Bind(new UnixDomainSocketEndPoint(path));
        try
        {
            await using var router = await RouterEnvironment.StartAsync(settings =>
            {
                settings["Registry"]!["EmperorSocket"] = path;
                settings["Registry"]!["InactiveTolerance"] = "00:10:00";
            });
            router.WriteKey("lazy.example.com");
            router.Send(router.Sign(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "lazy.example.com", Vassal = "lazy.ini" }));
            await Eventually.TrueAsync(async () => (await router.NodesAsync("lazy.example.com")).Length == 1, "the inactive node is known");
            var request = router.StatusAsync("lazy.example.com");

            var buffer = new byte[512];
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            var length = await emperor.ReceiveAsync(buffer, deadline.Token);
            Assert.Equal(new Dictionary<string, string> { ["cmd"] = "spawn", ["vassal"] = "lazy.ini" }, Read(buffer.AsSpan(4, length - 4)));

            UwsgiVassal.StartPlain(router, "--socket", router.Folder.File("lazy.sock"), "--env", "VASSAL=lazy");
            await Eventually.TrueAsync(() => Task.FromResult(File.Exists(router.Folder.File("lazy.sock"))), "the vassal listens");
            Assert.False(request.IsCompleted);
            router.Send(router.Sign(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "lazy.example.com", Vassal = "lazy.ini", Address = router.Folder.File("lazy.sock") }));
            Assert.Equal(200, await request.WaitAsync(TimeSpan.FromSeconds(10)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task OnDemand_WithoutAnEmperor_IsUnavailableAtOnce()
    {
        await using var router = await RouterEnvironment.StartAsync();
        router.WriteKey("lazy.example.com");
        router.Send(router.Sign(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "lazy.example.com", Vassal = "lazy.ini" }));
        await Eventually.TrueAsync(async () => await router.StatusAsync("lazy.example.com") == 503, "it answers 503");
    }

    [Fact]
    public async Task SocketActivation_ServesOnThePassedDescriptor()
    {
        // systemd-socket-activate is not everywhere; a shell passes descriptor 3 just as well.
        await using var router = new RouterEnvironment(static settings => settings["Listener"]!["Endpoints"] = new JsonArray(new JsonObject { ["Address"] = "fd:web" }));
        var port = RouterEnvironment.FreePort();
        var script = $$"""
            import os, socket
            s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", {{port}})); s.listen(64)
            os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="web")
            os.execvp("dotnet", ["dotnet", "{{Path.Combine(AppContext.BaseDirectory, "uwsgiit-router.dll")}}", "--config", "{{router.SettingsFile}}"])
            """;
        var process = router.Own(new ChildProcess("python3", ["-c", script]));
        await Eventually.TrueAsync(async () => process.Process.HasExited ? throw new InvalidOperationException(process.Output) : await router.StatusOfAdminAsync("readyz") == 200, "the router is ready");
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static Dictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        var variables = new Dictionary<string, string>();
        var reader = new UwsgiVarReader(block);
        while (reader.TryRead(out var name, out var value))
        {
            variables[System.Text.Encoding.ASCII.GetString(name)] = System.Text.Encoding.ASCII.GetString(value);
        }

        return variables;
    }
}
