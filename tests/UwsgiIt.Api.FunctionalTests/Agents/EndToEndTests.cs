using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Agents;

/// <summary>The programs together: api, router, the command line's announcer and an application. The api dies and comes back; nobody who asks the router sees it.</summary>
public sealed class EndToEndTests
{
    private const int Deadline = 120;

    [Fact]
    public async Task Domain_FromTheApi_IsServed_AndTheApisDeathIsNotSeen()
    {
        using var directory = new TempDirectory();
        await using var application = await StartApplicationAsync();
        var (plainPort, tlsPort) = (ApiProcess.FreePort(), ApiProcess.FreePort());
        var settings = new Dictionary<string, string> { ["Listener:Endpoints:2:Address"] = $"127.0.0.1:{tlsPort}", ["Listener:Endpoints:2:Tls"] = "true" };
        var api = await ApiProcess.StartAsync(directory.Path, plainPort, settings);
        try
        {
            using var client = api.Operator();
            await CliAsync(directory, "api", "init", "--server", "one", "--memory", "1000", "--storage", "1000", "--output", directory.Path);
            await client.CreateAsync("/v1/customers", new { name = "acme", password = "x" });
            await client.CreateAsync("/v1/distros", new { name = "debian", path = "debian" });
            await client.CreateAsync("/v1/containers", new { name = "web", server = 1, memory = 100, storage = 100, customer = 1, distro = 1, ssh_keys = new[] { "ssh-ed25519 AAAA a" } });
            await client.CreateAsync("/v1/domains", new { name = "www.example.org", customer = 1 });
            using var router = StartRouter(directory, tlsPort);

            // What containerd puts into the container: the customer's key, by which its programs announce themselves.
            await using (var db = OpenDatabase(directory))
            {
                await File.WriteAllTextAsync(directory.File("uwsgi.key"), await KeyAsync(db));
            }

            using var announcer = Announce(directory, "www.example.org", application.Port);
            using var edge = Edge(directory);
            await ServedAsync(edge, "www.example.org");

            api.Kill();
            api.Dispose();
            for (var i = 0; i < 50; i++)
            {
                Assert.Equal("application", await edge.GetStringAsync("http://www.example.org/"));
            }

            api = await ApiProcess.StartAsync(directory.Path, plainPort, settings);
            using var second = api.Operator();
            using var made = await second.PostJsonAsync("/v1/domains", new { name = "shop.example.org", customer = 1 });
            var receipt = await second.GetNodeAsync($"/v1/changes/{made.Headers.GetValues("UwsgiIt-Version").Single()}?wait=60");
            Assert.True(receipt["live"]!.GetValue<bool>(), receipt.ToJsonString());
            using var another = Announce(directory, "shop.example.org", application.Port);
            await ServedAsync(edge, "shop.example.org");
        }
        finally
        {
            api.Dispose();
        }
    }

    private static Microsoft.Data.Sqlite.SqliteConnection OpenDatabase(TempDirectory directory) => new($"Data Source={directory.File("api.db")}");

    private static async Task<string> KeyAsync(Microsoft.Data.Sqlite.SqliteConnection connection)
    {
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT \"PrivateKey\" FROM \"Customers\" WHERE \"Id\" = 1";
        using var seal = UwsgiIt.Api.Storage.Seal.FromFile(Path.Combine(Path.GetDirectoryName(connection.DataSource)!, "seal.key"));
        return seal.Open((string)(await command.ExecuteScalarAsync())!, "Customer.PrivateKey");
    }

    private static Child StartRouter(TempDirectory directory, int tlsPort)
    {
        File.WriteAllText(directory.File("router.json"), JsonSerializer.Serialize(new
        {
            Listener = new { Endpoints = new[] { new { Address = directory.File("http.sock") } } },
            Subscription = new { UnixSockets = new[] { new { Path = directory.File("announce.sock") } }, AllowedAddresses = new[] { "127.0.0.1:1024-65535" } },
            Agent = new { Api = $"https://localhost:{tlsPort}", Certificate = directory.File("host.crt"), Key = directory.File("host.key"), Authority = directory.File("authority.crt"), Directory = directory.File("router") },
        }));
        return new Child("uwsgiit-router.dll", "--config", directory.File("router.json"));
    }

    private static Child Announce(TempDirectory directory, string name, int port) =>
        new("uwsgiit.dll", "announce", "--server", directory.File("announce.sock"), "--key", name, "--address", $"127.0.0.1:{port}", "--proto", "http", "--private-key", directory.File("uwsgi.key"), "--frequency", "1");

    private static HttpClient Edge(TempDirectory directory) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(directory.File("http.sock")), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { Timeout = TimeSpan.FromSeconds(30) };

    private static async Task ServedAsync(HttpClient edge, string name)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(Deadline));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                using var response = await edge.GetAsync($"http://{name}/", deadline.Token);
                if (response.StatusCode == HttpStatusCode.OK && await response.Content.ReadAsStringAsync(deadline.Token) == "application")
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // The router is not there yet.
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static async Task CliAsync(TempDirectory directory, params string[] arguments)
    {
        using var child = new Child("uwsgiit.dll", [.. arguments, "--socket", directory.File("api.sock")]);
        Assert.Equal(0, await child.WaitAsync());
    }

    private static async Task<Application> StartApplicationAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(static context => context.Response.WriteAsync("application"));
        await app.StartAsync();
        return new Application(app, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port);
    }

    private sealed record Application(WebApplication App, int Port) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => App.DisposeAsync();
    }

    private sealed class Child : IDisposable
    {
        private readonly Process _process;

        public Child(string program, params string[] arguments)
        {
            _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _process.OutputDataReceived += static (_, _) => { };
            _process.ErrorDataReceived += static (_, _) => { };
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public async Task<int> WaitAsync()
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(Deadline));
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                _process.WaitForExit();
            }

            _process.Dispose();
        }
    }
}
