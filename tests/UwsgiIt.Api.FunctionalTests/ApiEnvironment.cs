using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests;

/// <summary>The real api on loopback, plain and TLS, with a database of its own; an operator is there, everything else is made by tests.</summary>
public abstract class ApiEnvironment : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly List<IDisposable> _disposables = [];
    private WebApplication? _app;
    private int _names;

    /// <summary>Text every TXT record of the test's world holds, by name; stands in for DNS where DNS is not what is tested.</summary>
    internal FakeProof Proof { get; } = new();

    public Uri Plain { get; private set; } = null!;

    public Uri Tls { get; private set; } = null!;

    internal IServiceProvider Services => _app!.Services;

    /// <summary>Operator, over the local socket.</summary>
    public HttpClient Operator { get; private set; } = null!;

    protected abstract Task<Dictionary<string, string?>> StorageAsync(string directory);

    public async Task InitializeAsync()
    {
        var settings = await StorageAsync(_directory.Path);
        settings["Storage:Directory"] = _directory.Path;
        settings["Listener:Endpoints:0:Address"] = "127.0.0.1:0";
        settings["Listener:Endpoints:1:Address"] = "0.0.0.0:0";
        settings["Listener:Endpoints:1:Tls"] = "true";
        settings["Listener:Endpoints:2:Address"] = _directory.File("api.sock");
        settings["Authentication:ArgonMemoryKiB"] = "64";
        settings["Authentication:ArgonPasses"] = "1";
        settings["Authentication:FailuresPerMinute"] = "100000";
        _app = ApiHost.Build(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), services => services.Replace(ServiceDescriptor.Singleton<IDomainProof>(Proof)));
        await ApiHost.StartAsync(_app);
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        Plain = new Uri(addresses.Single(static address => address.StartsWith("http://127", StringComparison.Ordinal)));
        Tls = new Uri($"https://localhost:{new Uri(addresses.Single(static address => address.StartsWith("https", StringComparison.Ordinal)).Replace("0.0.0.0", "localhost", StringComparison.Ordinal)).Port}");
        Operator = Client(new Uri("http://localhost"), ConnectTo(new UnixDomainSocketEndPoint(_directory.File("api.sock"))));
        using var distro = await Operator.PostJsonAsync("/v1/distros", new { name = "debian", path = "debian" });
    }

    public async Task DisposeAsync()
    {
        _disposables.ForEach(static item => item.Dispose());
        await _app!.StopAsync();
        await _app.DisposeAsync();
        _directory.Dispose();
    }

    public string NewName(string prefix = "x") => $"{prefix}{Interlocked.Increment(ref _names)}";

    public HttpClient Anonymous() => Client(Plain, new SocketsHttpHandler { AllowAutoRedirect = false });

    public HttpClient Basic(string name, string password)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));
        return client;
    }

    public HttpClient Bearer(string token)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A customer with a login, a dedicated server with room, and the two as clients see them.</summary>
    internal async Task<TestCustomer> NewCustomerAsync()
    {
        var name = NewName("customer");
        var customer = await Operator.CreateAsync("/v1/customers", new { name, password = "pass:word", email = $"{name}@example.com", key_kind = "p-256" });
        var server = await NewServerAsync(customer["id"]!.GetValue<int>());
        return new TestCustomer(this, name, customer, server);
    }

    /// <summary>A server at a loopback address of its own, with its client.</summary>
    internal async Task<TestServer> NewServerAsync(int? owner = null, int memory = 10_000, int storage = 100_000)
    {
        var number = Interlocked.Increment(ref _names);
        var address = $"127.1.{number / 250}.{(number % 250) + 1}";
        var server = await Operator.CreateAsync("/v1/servers", new { name = $"server{number}", address, memory, storage, owner });
        return new TestServer(server["id"]!.GetValue<int>(), server["name"]!.GetValue<string>(), address);
    }

    /// <summary>A client with a certificate of the api's authority, calling from the server's address.</summary>
    internal async Task<HttpClient> HostAsync(TestServer server, bool bind = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={server.Name}", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var issued = await Operator.CreateAsync($"/v1/servers/{server.Id}/certificate", new { request }, HttpStatusCode.OK);
        if (!bind)
        {
            using var unbound = await Operator.PatchJsonAsync($"/v1/servers/{server.Id}", new { unbind = true });
        }

        var certificate = Joined(issued["certificate"]!.GetValue<string>(), key);
        return CertificateClient(certificate, server.Address);
    }

    public HttpClient CertificateClient(X509Certificate2? certificate, string fromAddress)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = certificate is null ? null : [certificate],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(fromAddress), 0));
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return Client(Tls, handler);
    }

    /// <summary>Looks into the database, past the api.</summary>
    internal async Task<T> InspectAsync<T>(Func<ApiContext, Task<T>> look)
    {
        await using var db = Services.GetRequiredService<ApiContextFactory>().CreateForEveryone();
        return await look(db);
    }

    internal static X509Certificate2 Joined(string certificatePem, ECDsa key)
    {
        using var certificate = X509Certificate2.CreateFromPem(certificatePem);
        using var joined = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(joined.Export(X509ContentType.Pkcs12), null);
    }

    private static SocketsHttpHandler ConnectTo(EndPoint endPoint) => new()
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private HttpClient Client(Uri address, SocketsHttpHandler handler)
    {
        var client = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        lock (_disposables)
        {
            _disposables.Add(client);
        }

        return client;
    }
}
