using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>A real ACME server (Debian's pebble) that finds every name on loopback and asks the environment's router.</summary>
internal sealed class Pebble
{
    private readonly RouterEnvironment _router;
    private readonly int _port = RouterEnvironment.FreePort();

    public Pebble(RouterEnvironment router)
    {
        _router = router;
        var certificate = TestCertificates.Server("localhost");
        File.WriteAllText(router.Folder.File("pebble.crt"), certificate.CertificatePem);
        File.WriteAllText(router.Folder.File("pebble.key"), certificate.KeyPem);
    }

    public ChildProcess Process { get; private set; } = null!;

    /// <summary>Certificates it has signed.</summary>
    public int Issued => Process.Output.Split("Issued certificate serial").Length - 1;

    public JsonObject Settings(string challenge, params string[] names) => new()
    {
        ["Authority"] = $"https://localhost:{_port}/dir",
        ["AuthorityRoots"] = _router.Folder.File("pebble.crt"),
        ["AgreeToTerms"] = true,
        ["Contacts"] = new JsonArray("mailto:admin@example.com"),
        ["Store"] = _router.Folder.File("acme"),
        ["Challenge"] = challenge,
        ["Names"] = new JsonArray([.. names.Select(static name => (JsonNode)name)]),
        ["Interval"] = "00:00:00.3",
    };

    /// <summary>Starts it. A fifth of all nonces is refused, as an authority may do.</summary>
    public async Task StartAsync(JsonObject? settings = null, int? httpPort = null, string? dns = null)
    {
        if (dns is null)
        {
            dns = $"127.0.0.1:{RouterEnvironment.FreePort()}";
            var management = RouterEnvironment.FreePort();
            var names = _router.Own(new ChildProcess("pebble-challtestsrv", ["-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01", dns, "-http01", "", "-https01", "", "-tlsalpn01", "", "-management", $"127.0.0.1:{management}"]));
            await AcceptsAsync(names, management);
        }

        settings ??= [];
        settings["listenAddress"] = $"127.0.0.1:{_port}";
        settings["managementListenAddress"] = $"127.0.0.1:{RouterEnvironment.FreePort()}";
        settings["certificate"] = _router.Folder.File("pebble.crt");
        settings["privateKey"] = _router.Folder.File("pebble.key");
        settings["httpPort"] = httpPort ?? _router.Http.Port;
        settings["tlsPort"] = _router.Https.Port;
        await File.WriteAllTextAsync(_router.Folder.File("pebble.json"), new JsonObject { ["pebble"] = settings }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        Process = _router.Own(new ChildProcess("pebble", ["-config", _router.Folder.File("pebble.json"), "-dnsserver", dns],
            new Dictionary<string, string> { ["PEBBLE_VA_NOSLEEP"] = "1", ["PEBBLE_WFE_NONCEREJECT"] = "20", ["PEBBLE_AUTHZREUSE"] = "0" }));
        await AcceptsAsync(Process, _port);
    }

    private static Task AcceptsAsync(ChildProcess process, int port) => Eventually.TrueAsync(async () =>
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return process.Process.HasExited ? throw new InvalidOperationException(process.Output) : false;
        }
    }, $"port {port} accepts");
}
