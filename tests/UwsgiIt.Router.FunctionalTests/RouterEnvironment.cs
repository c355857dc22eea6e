using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>The real router as a process of its own, with folders, keys and ports of its own.</summary>
internal sealed class RouterEnvironment : IAsyncDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly RSA _customer = RSA.Create(2048);
    private readonly JsonObject _settings;

    public RouterEnvironment(Action<JsonObject>? configure = null)
    {
        Http = new IPEndPoint(IPAddress.Loopback, FreePort());
        Https = new IPEndPoint(IPAddress.Loopback, FreePort());
        Admin = new IPEndPoint(IPAddress.Loopback, FreePort());
        Directory.CreateDirectory(Folder.File("keys"));
        File.WriteAllText(Folder.File("customer.pem"), _customer.ExportRSAPrivateKeyPem());
        _settings = new JsonObject
        {
            ["Listener"] = new JsonObject { ["Endpoints"] = new JsonArray(new JsonObject { ["Address"] = Http.ToString() }, new JsonObject { ["Address"] = Https.ToString(), ["Tls"] = true }) },
            ["State"] = new JsonObject { ["Directory"] = Folder.File("state"), ["SnapshotInterval"] = "00:00:00.2" },
            ["Subscription"] = new JsonObject
            {
                ["UnixSockets"] = new JsonArray(new JsonObject { ["Path"] = Announce }),
                ["KeyDirectories"] = new JsonArray(Folder.File("keys")),
                ["AllowedAddresses"] = new JsonArray(Folder.Path + "/", "127.0.0.1:1024-65535"),
            },

            // Many tests announce once and take their time.
            ["Registry"] = new JsonObject { ["Tolerance"] = "00:10:00" },
            ["Certificate"] = new JsonObject { ["AllowedDirectories"] = new JsonArray(Folder.Path + "/") },
            ["Admin"] = new JsonObject { ["Address"] = Admin.ToString() },
            ["Transport"] = new JsonObject { ["Kind"] = Transport },
            ["Tls"] = new JsonObject { ["Engine"] = TlsEngine },
            ["Stats"] = new JsonObject { ["Address"] = Folder.File("stats.sock") },
            ["AccessLog"] = new JsonObject { ["Path"] = Folder.File("access.log") },
            ["Logging"] = new JsonObject { ["LogLevel"] = new JsonObject { ["UwsgiIt"] = "Debug" } },
        };
        configure?.Invoke(_settings);
        WriteSettings(static _ => { });
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None, MaxConnectionsPerServer = 64 })
        {
            BaseAddress = new Uri($"http://{Http}/"),
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>The transport under test.</summary>
    public static string Transport { get; } = Environment.GetEnvironmentVariable("UWSGIIT_TEST_TRANSPORT") ?? "Epoll";

    /// <summary>The TLS under test; on the stock transport there is one only.</summary>
    public static string TlsEngine { get; } = Environment.GetEnvironmentVariable("UWSGIIT_TEST_TLS") ?? (Transport == "Sockets" ? "SslStream" : "OpenSsl");

    public static bool IsLong => Environment.GetEnvironmentVariable("UWSGIIT_LONG") == "1";

    public TempDirectory Folder { get; } = new();

    public IPEndPoint Http { get; }

    public IPEndPoint Https { get; }

    public IPEndPoint Admin { get; }

    /// <summary>The address of the n-th listener that a test added.</summary>
    public IPEndPoint Behind(int index) => IPEndPoint.Parse(_settings["Listener"]!["Endpoints"]![index + 2]!["Address"]!.GetValue<string>());

    public string Announce => Folder.File("announce.sock");

    public string PrivateKeyFile => Folder.File("customer.pem");

    public string SettingsFile => Folder.File("router.json");

    public HttpClient Client { get; }

    public ChildProcess Process { get; private set; } = null!;

    /// <summary>Starts the router and waits until it is ready.</summary>
    public static async Task<RouterEnvironment> StartAsync(Action<JsonObject>? configure = null)
    {
        var environment = new RouterEnvironment(configure);
        await environment.StartRouterAsync();
        return environment;
    }

    public async Task StartRouterAsync(IReadOnlyDictionary<string, string>? variables = null)
    {
        Process = Own(Run(["--config", SettingsFile], variables));
        await Eventually.TrueAsync(async () => Process.Process.HasExited ? throw new InvalidOperationException(Process.Output) : await StatusOfAdminAsync("readyz") == 200, "the router is ready");
    }

    public static ChildProcess Run(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? variables = null) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "uwsgiit-router.dll"), .. arguments], variables);

    public void WriteSettings(Action<JsonObject> change)
    {
        change(_settings);
        File.WriteAllText(SettingsFile, _settings.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    public void WriteKey(string key, RSA? owner = null) => File.WriteAllText(Folder.File("keys/" + PublicKey.FileName(key)), (owner ?? _customer).ExportSubjectPublicKeyInfoPem());

    public byte[] Sign(SubscriptionPacket packet, RSA? owner = null)
    {
        using var signer = SubscriptionSigner.FromPem((owner ?? _customer).ExportPkcs8PrivateKeyPem(), HashAlgorithmName.SHA256);
        return SubscriptionPacketWriter.Write(packet with { UnixSeconds = packet.UnixSeconds == 0 ? DateTimeOffset.UtcNow.ToUnixTimeSeconds() : packet.UnixSeconds }, signer);
    }

    public void Send(byte[] datagram)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(datagram, new UnixDomainSocketEndPoint(Announce));
    }

    /// <summary>Announces and waits until the name is in the stats.</summary>
    public async Task AnnounceAsync(SubscriptionPacket packet)
    {
        WriteKey(packet.Key);
        Send(Sign(packet));
        await Eventually.TrueAsync(async () => (await NodesAsync(packet.Key)).Contains(packet.Address), $"{packet.Address} serves {packet.Key}");
    }

    public async Task<JsonElement> StatsAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Folder.File("stats.sock")));
        await using var stream = new NetworkStream(socket);
        using var document = await JsonDocument.ParseAsync(stream).WaitAsync(TimeSpan.FromSeconds(10));
        return document.RootElement.Clone();
    }

    public async Task<string?[]> NodesAsync(string key) =>
        [.. (await StatsAsync()).GetProperty("subscriptions").EnumerateArray().Where(slot => slot.GetProperty("key").GetString() == key)
            .SelectMany(static slot => slot.GetProperty("nodes").EnumerateArray()).Where(static node => node.GetProperty("death_mark").GetInt32() == 0).Select(static node => node.GetProperty("name").GetString())];

    public async Task<HttpResponseMessage> GetAsync(string host, string path = "/", HttpMethod? method = null, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path) { Content = content };
        request.Headers.Host = host;
        return await Client.SendAsync(request);
    }

    public async Task<int> StatusAsync(string host, string path = "/")
    {
        using var response = await GetAsync(host, path);
        return (int)response.StatusCode;
    }

    public async Task<string> MetricsAsync()
    {
        using var client = new HttpClient();
        return await client.GetStringAsync($"http://{Admin}/metrics");
    }

    /// <summary>Waits until a datagram was counted with this result.</summary>
    public Task PacketResultAsync(string result) =>
        Eventually.TrueAsync(async () => (await MetricsAsync()).Contains($"result=\"{result}\"", StringComparison.Ordinal), $"a packet ends as {result}");

    /// <summary>Resident memory of the router, in bytes.</summary>
    public long ResidentBytes()
    {
        var line = File.ReadLines($"/proc/{Process.ProgramId}/status").Single(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }

    public T Own<T>(T child)
        where T : IDisposable
    {
        _owned.Add(child);
        return child;
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        _customer.Dispose();
        Folder.Dispose();
        return ValueTask.CompletedTask;
    }

    public static int FreePort() => FreePorts.Next();

    public async Task<int> StatusOfAdminAsync(string path)
    {
        try
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            using var response = await client.GetAsync(new Uri($"http://{Admin}/{path}"));
            return (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }
}
