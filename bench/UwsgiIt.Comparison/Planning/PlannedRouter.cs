using System.Net;
using System.Text.Json;
using UwsgiIt.Comparison.Subjects;
using UwsgiIt.Linux;
using UwsgiIt.LoadTest;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Comparison.Planning;

/// <summary>Our router with a name for each kind of upstream and key, plain and over TLS, under a CPU budget.</summary>
internal sealed class PlannedRouter : IDisposable
{
    private readonly int _plainPort = ListeningPort.Free();
    private readonly int _tlsPort = ListeningPort.Free();
    private readonly string _announces;
    private readonly Ground _ground;

    public PlannedRouter(Ground ground)
    {
        _ground = ground;
        _announces = ground.File("plan-announce.sock");
        var config = ground.File("plan.json");
        File.WriteAllText(config, JsonSerializer.Serialize(new
        {
            Listener = new { Endpoints = new object[] { new { Address = $"127.0.0.1:{_plainPort}" }, new { Address = $"127.0.0.1:{_tlsPort}", Tls = true } }, KeepAliveTimeout = "00:05:00" },
            Registry = new { Expiry = false },
            Subscription = new { UnixSockets = new[] { new { Path = _announces } }, SignaturesRequired = false, AllowedAddresses = new[] { ground.Folder + "/", "127.0.0.1:1-65535" } },
            Certificate = new
            {
                Names = new[] { new { Name = NameOf(Upstream.Http, CertificateKey.Rsa), Certificate = ground.File("rsa.crt"), Key = ground.File("rsa.key") } },
                Default = new { Certificate = ground.File("ecdsa.crt"), Key = ground.File("ecdsa.key") },
            },
        }));
        Process = new ProcessTree(ground.File("plan.log"), "dotnet", [Ours.Program, "--config", config]);
        Budget = new CpuBudget();
        Budget.Add(Process);
    }

    public ProcessTree Process { get; }

    public CpuBudget Budget { get; }

    /// <summary>A plan of the generator that goes to this router.</summary>
    public LoadPlan Plan(TrafficMix mix) => new() { Target = new IPEndPoint(IPAddress.Loopback, _plainPort), TlsTarget = new IPEndPoint(IPAddress.Loopback, _tlsPort), Host = Ground.Host, Mix = mix };

    /// <summary>Where wrk goes.</summary>
    public int PlainPort => _plainPort;

    public static string NameOf(Upstream upstream, CertificateKey key) => key == CertificateKey.Rsa ? "rsa." + NameOf(upstream, CertificateKey.Ecdsa) : upstream switch
    {
        Upstream.Uwsgi => "uwsgi." + Ground.Host,
        Upstream.FastCgi => "fastcgi." + Ground.Host,
        _ => Ground.Host,
    };

    /// <summary>Waits until it listens, and announces the names.</summary>
    public async Task ReadyAsync()
    {
        await ListeningPort.OwnedByAsync(Process, _plainPort, "the router");
        await ListeningPort.OwnedByAsync(Process, _tlsPort, "the router");
        using var sender = new UnixDatagramSender();
        foreach (var key in Enum.GetValues<CertificateKey>())
        {
            foreach (var (upstream, address, protocol) in new[]
            {
                (Upstream.Http, _ground.HttpBackend, UpstreamProtocol.Http), (Upstream.Uwsgi, _ground.UwsgiBackend, UpstreamProtocol.Uwsgi), (Upstream.FastCgi, _ground.FastCgiBackend, UpstreamProtocol.FastCgi),
            })
            {
                var packet = new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = NameOf(upstream, key), Address = address, Protocol = protocol };
                if (!sender.TrySend(_announces, SubscriptionPacketWriter.Write(packet)))
                {
                    throw new InvalidOperationException($"The router takes no announces: {Process.LastLines}");
                }
            }
        }
    }

    public void Dispose()
    {
        Process.Dispose();
        Budget.Dispose();
    }
}
