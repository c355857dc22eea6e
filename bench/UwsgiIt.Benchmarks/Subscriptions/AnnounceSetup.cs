using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Benchmarks.Subscriptions;

/// <summary>The announcing path as the router puts it together, with a clock that stands still.</summary>
internal sealed class AnnounceSetup : ISubscribedCertificates
{
    private readonly FixedOptions<SubscriptionOptions> _options;

    public AnnounceSetup(TempDirectory keys)
    {
        _options = new FixedOptions<SubscriptionOptions>(new SubscriptionOptions
        {
            KeyDirectories = [keys.Path],
            AllowedAddresses = ["127.0.0.1:1-65535"],
            UnverifiedPerSecond = int.MaxValue / 4,
            UnverifiedPerSecondTotal = int.MaxValue / 4,
        });
        var registryOptions = new FixedOptions<RegistryOptions>(new RegistryOptions());
        var metrics = new RouterMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        var publicKeys = new PublicKeyStore(_options, registryOptions, Time, NullLogger<PublicKeyStore>.Instance);
        var addresses = new AddressPolicy(_options, NullLogger<AddressPolicy>.Instance);
        Registry = new SubscriptionRegistry(registryOptions, this, publicKeys, metrics, Time, NullLogger<SubscriptionRegistry>.Instance);
        Receiver = new SubscriptionReceiver(
            new SubscriptionVerifier(_options, registryOptions, publicKeys, new ReplayLedger(), addresses, Time), Registry, new SubscriptionAck(addresses), new Resubscriber(_options), metrics, NullLogger<SubscriptionReceiver>.Instance);
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    public SubscriptionRegistry Registry { get; }

    public SubscriptionReceiver Receiver { get; }

    public static string NameOf(int index) => $"www.customer-{index}.example.com";

    /// <summary>Fills the registry with this many names.</summary>
    public void Fill(int names)
    {
        UpstreamAddress.TryParse("127.0.0.1:3031", out var address);
        for (var i = 0; i < names; i++)
        {
            Registry.Apply(new Subscription(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = NameOf(i), Address = "127.0.0.1:3031" }, address, null, true));
        }
    }

    public bool Offer(string sniName, SniClaim claim, SenderCredentials? sender) => true;

    public void Withdraw(string sniName)
    {
    }
}
