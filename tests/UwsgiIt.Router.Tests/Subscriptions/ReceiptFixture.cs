using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.Tests.Subscriptions;

/// <summary>The whole way of a datagram with real keys in a folder and a clock that stands still.</summary>
internal sealed class ReceiptFixture : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly RSA _customer = RSA.Create(2048);
    private readonly SubscriptionReceiver _receiver;

    public ReceiptFixture(Action<SubscriptionOptions>? configure = null, Action<RegistryOptions>? configureRegistry = null)
    {
        var options = new SubscriptionOptions { KeyDirectories = [Keys.Path], AllowedAddresses = ["/run/apps/", "127.0.0.1:3000-3999"] };
        configure?.Invoke(options);
        var registryOptions = new RegistryOptions();
        configureRegistry?.Invoke(registryOptions);
        Options = new FixedOptions<SubscriptionOptions>(options);
        RegistryOptions = new FixedOptions<RegistryOptions>(registryOptions);
        var metrics = new RouterMetrics(_services.GetRequiredService<IMeterFactory>());
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == metrics.Meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
        {
            if (instrument.Name == "uwsgiit.router.subscription.packets")
            {
                Results.Add((string)tags[0].Value!);
            }
        });
        _listener.Start();
        PublicKeys = new PublicKeyStore(Options, RegistryOptions, Time, new ListLogger<PublicKeyStore>());
        Registry = new SubscriptionRegistry(RegistryOptions, Certificates, PublicKeys, metrics, Time, new ListLogger<SubscriptionRegistry>());
        var addresses = new AddressPolicy(Options, AddressLog);
        _receiver = new SubscriptionReceiver(
            new SubscriptionVerifier(Options, RegistryOptions, PublicKeys, Ledger, addresses, Time), Registry, new SubscriptionAck(addresses), new Resubscriber(Options), metrics, ReceiverLog);
        Upkeep = new SubscriptionUpkeep(Registry, PublicKeys, Ledger, Options, Time);
        WriteKey("www.example.com");
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    public TempDirectory Keys { get; } = new();

    public FixedOptions<SubscriptionOptions> Options { get; }

    public FixedOptions<RegistryOptions> RegistryOptions { get; }

    public PublicKeyStore PublicKeys { get; }

    public SubscriptionRegistry Registry { get; }

    public ReplayLedger Ledger { get; } = new();

    public SubscriptionUpkeep Upkeep { get; }

    public FakeCertificates Certificates { get; } = new();

    public ListLogger<SubscriptionReceiver> ReceiverLog { get; } = new();

    public ListLogger<AddressPolicy> AddressLog { get; } = new();

    /// <summary>What became of each datagram, in order.</summary>
    public List<string> Results { get; } = [];

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    public void WriteKey(string key, RSA? owner = null) => File.WriteAllText(Keys.File(PublicKey.FileName(key)), (owner ?? _customer).ExportSubjectPublicKeyInfoPem());

    public SubscriptionPacket Packet(string key = "www.example.com", string address = "127.0.0.1:3031", long? unix = null, SubscriptionCommand command = SubscriptionCommand.Subscribe) =>
        new() { Command = command, Key = key, Address = address, UnixSeconds = unix ?? Now };

    public byte[] Sign(SubscriptionPacket packet, RSA? owner = null, string digest = "SHA256")
    {
        using var signer = SubscriptionSigner.FromPem((owner ?? _customer).ExportPkcs8PrivateKeyPem(), new HashAlgorithmName(digest));
        return SubscriptionPacketWriter.Write(packet, signer);
    }

    /// <summary>Receives a datagram and says what became of it.</summary>
    public string Receive(byte[] datagram, PacketSource? source = null)
    {
        _receiver.Receive(datagram, source ?? new PacketSource(new SenderCredentials(1, 1000, 1000), null));
        return Results[^1];
    }

    public string Receive(SubscriptionPacket packet, PacketSource? source = null) => Receive(Sign(packet), source);

    public void Dispose()
    {
        _receiver.Dispose();
        _listener.Dispose();
        _services.Dispose();
        _customer.Dispose();
        Keys.Dispose();
    }
}

/// <summary>Records offers; the real store has its own tests.</summary>
internal sealed class FakeCertificates : ISubscribedCertificates
{
    public Dictionary<string, SniClaim> Offered { get; } = [];

    /// <summary>Runs in the midst of a change of the registry.</summary>
    public Action OnOffer { get; set; } = static () => { };

    public bool Offer(string sniName, SniClaim claim, SenderCredentials? sender)
    {
        OnOffer();
        Offered[sniName] = claim;
        return true;
    }

    public void Withdraw(string sniName) => Offered.Remove(sniName);
}
