using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Router.FunctionalTests;

namespace UwsgiIt.Emperor.FunctionalTests;

/// <summary>The test in the daemon's place.</summary>
public sealed class ControlTests
{
    [SkippableFact]
    public async Task Daemon_IsToldStatesEndsAndCrashLoops_AndTheNextOneToo()
    {
        await using var emperor = await EmperorEnvironment.StartAsync(WithControl);
        emperor.WriteVassal("sleeper.ini", "[program]\nexec = sleep 1000\n");
        using (var daemon = await Daemon.ConnectAsync(emperor))
        {
            Assert.Equal(1, (await daemon.UntilAsync("hello")).GetProperty("pid").GetInt32());
            await daemon.UntilAsync("vassal", static message => message.GetProperty("state").GetString() == "loyal" && message.GetProperty("name").GetString() == "sleeper.ini");
            emperor.WriteVassal("crash.ini", "[program]\nexec = sh -c 'exit 9'\n");
            var ended = await daemon.UntilAsync("ended");
            Assert.Equal(9, ended.GetProperty("code").GetInt32());
            Assert.False(ended.TryGetProperty("signal", out _));
            var loop = await daemon.UntilAsync("crash-loop");
            Assert.Equal("crash.ini", loop.GetProperty("name").GetString());
            emperor.RemoveVassal("crash.ini");
            await daemon.UntilAsync("vassal", static message => message.GetProperty("state").GetString() == "gone");
            daemon.Send(new JsonObject { ["v"] = 1, ["type"] = "say", ["text"] = "quota at 90 %\nforged line" });
            await emperor.LoggedAsync("[emperor] quota at 90 %?forged line\n");
        }

        // The daemon is gone and nobody minds; another comes and hears everything anew.
        using var next = await Daemon.ConnectAsync(emperor);
        await next.UntilAsync("hello");
        Assert.Equal("loyal", (await next.UntilAsync("vassal")).GetProperty("state").GetString());
    }

    [SkippableFact]
    public async Task Limits_AreAskedForBeforeTheProgramRuns()
    {
        await using var emperor = await EmperorEnvironment.StartAsync(WithControl);
        using var daemon = await Daemon.ConnectAsync(emperor);
        emperor.WriteVassal("app.ini", "[program]\nexec = sh -c 'echo limited program runs; exec sleep 1000'\nmemory = 64M\ncpu-weight = 50\n");
        var place = await daemon.UntilAsync("place");
        Assert.Equal((64L << 20, 50), (place.GetProperty("memory").GetInt64(), place.GetProperty("cpu_weight").GetInt32()));

        // It is there, waiting, with the Emperor's own uid still and nothing of the customer's executed.
        var child = Assert.Single(EmperorEnvironment.Children(emperor.ProcessId));
        Assert.Equal("150000", EmperorEnvironment.Status(child, "Uid").Split('\t')[0]);
        Assert.DoesNotContain("limited program runs", emperor.Log, StringComparison.Ordinal);
        daemon.Send(new JsonObject { ["v"] = 1, ["type"] = "placed", ["request"] = place.GetProperty("request").GetInt64() });
        await emperor.LoggedAsync("limited program runs");

        // A refusal is an error: nothing runs without its limits.
        emperor.WriteVassal("other.ini", "[program]\nexec = sh -c 'echo other runs'\nmemory = 64M\n");
        var other = await daemon.UntilAsync("place", static message => message.GetProperty("name").GetString() == "other.ini");
        daemon.Send(new JsonObject { ["v"] = 1, ["type"] = "placed", ["request"] = other.GetProperty("request").GetInt64(), ["fault"] = "no such controller" });
        await emperor.LoggedAsync("other.ini: its limits cannot be set: no such controller");
        Assert.DoesNotContain("other runs", emperor.Log, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Nonsense_OnTheControlSocket_IsPassedOver()
    {
        await using var emperor = await EmperorEnvironment.StartAsync(WithControl);
        using var daemon = await Daemon.ConnectAsync(emperor);
        daemon.SendRaw("not json"u8.ToArray());
        daemon.SendRaw(new byte[5000]);
        daemon.Send(new JsonObject { ["v"] = 2, ["type"] = "say", ["text"] = "from the future" });
        daemon.Send(new JsonObject { ["v"] = 1, ["type"] = "unheard-of" });
        daemon.Send(new JsonObject { ["v"] = 1, ["type"] = "say", ["text"] = "still here" });
        await emperor.LoggedAsync("still here");
        Assert.DoesNotContain("from the future", emperor.Log, StringComparison.Ordinal);
    }

    private static void WithControl(JsonObject settings) => settings["ControlDescriptor"] = 5;

    private sealed class Daemon(Socket socket) : IDisposable
    {
        public static async Task<Daemon> ConnectAsync(EmperorEnvironment emperor)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(emperor.Folder.File("control.sock")));
            return new Daemon(socket);
        }

        public void Send(JsonObject message) => SendRaw(Encoding.UTF8.GetBytes(message.ToJsonString()));

        public void SendRaw(byte[] packet) => Assert.Equal(packet.Length, socket.Send(packet));

        /// <summary>The next message of this type that meets the condition; others are passed over.</summary>
        public async Task<JsonElement> UntilAsync(string type, Func<JsonElement, bool>? condition = null)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var buffer = new byte[8192];
            while (true)
            {
                var length = await socket.ReceiveAsync(buffer, SocketFlags.None, deadline.Token);
                Assert.NotEqual(0, length);
                using var document = JsonDocument.Parse(buffer.AsMemory(0, length));
                var message = document.RootElement.Clone();
                Assert.Equal(1, message.GetProperty("v").GetInt32());
                if (message.GetProperty("type").GetString() == type && condition?.Invoke(message) != false)
                {
                    return message;
                }
            }
        }

        public void Dispose() => socket.Dispose();
    }
}
