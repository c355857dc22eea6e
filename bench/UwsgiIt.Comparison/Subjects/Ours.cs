using System.Text.Json;
using UwsgiIt.Comparison.Scenarios;
using UwsgiIt.Linux;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Comparison.Subjects;

/// <summary>Our router with a subscribed name, on one of its transports.</summary>
internal sealed class Ours(string name, string transport) : Subject
{
    /// <summary>The router, as it was built last.</summary>
    public static readonly string Program = Path.Combine(Ground.Root, "router/UwsgiIt.Router/bin/Release/net10.0/uwsgiit-router.dll");

    public override string Name => name;

    public override bool IsNative => false;

    public override bool Can(Scenario scenario) => scenario is RateScenario or IdleScenario || name == "ours";

    public override ProcessTree Start(Ground ground, Scenario scenario, int port)
    {
        var certificate = new { Certificate = ground.File(scenario.Certificate + ".crt"), Key = ground.File(scenario.Certificate + ".key") };
        var settings = new Dictionary<string, object>
        {
            ["Listener"] = new { Endpoints = new[] { new { Address = $"127.0.0.1:{port}", scenario.Tls } }, KeepAliveTimeout = "00:05:00" },
            ["Transport"] = new { Kind = transport },
            ["Registry"] = new { Expiry = false },

            // As many as nginx, which counts by worker.
            ["Forwarding"] = new { MaxIdleConnections = 256 * Environment.ProcessorCount },

            // All load is from one address, as if from behind a load balancer; the peers have no such bound.
            ["Limits"] = new { MaxConnectionsPerAddress = 50_000 },
            ["Subscription"] = new { UnixSockets = new[] { new { Path = Announces(ground) } }, SignaturesRequired = false, AllowedAddresses = new[] { ground.Folder + "/", "127.0.0.1:1-65535" } },
            ["Certificate"] = new { Names = new[] { new { Name = Ground.Host, certificate.Certificate, certificate.Key } }, Default = certificate },
        };
        foreach (var (section, value) in scenario.OurSettings(ground))
        {
            settings[section] = value;
        }

        var config = Write(ground, scenario, ".json", JsonSerializer.Serialize(settings));
        return new ProcessTree(Log(ground), "dotnet", [Program, "--config", config]);
    }

    public override Task ReadyAsync(Ground ground, Scenario scenario, int port)
    {
        var (address, protocol) = scenario.Upstream switch
        {
            Upstream.Uwsgi => (ground.UwsgiBackend, UpstreamProtocol.Uwsgi),
            Upstream.FastCgi => (ground.FastCgiBackend, UpstreamProtocol.FastCgi),
            _ => (ground.HttpBackend, UpstreamProtocol.Http),
        };
        var packet = new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = Ground.Host, Address = address, Protocol = protocol };
        if (scenario.IsSigned)
        {
            ground.Customer.Own(Ground.Host);
        }

        var datagram = scenario.IsSigned ? ground.Customer.Sign(packet with { UnixSeconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() }) : SubscriptionPacketWriter.Write(packet);
        using var sender = new UnixDatagramSender();
        return sender.TrySend(Announces(ground), datagram)
            ? Task.CompletedTask
            : throw new InvalidOperationException("The router takes no announces; see its log.");
    }

    private string Announces(Ground ground) => ground.File(Name + "-announce.sock");
}
