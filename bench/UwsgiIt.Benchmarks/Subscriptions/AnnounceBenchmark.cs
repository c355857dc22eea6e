using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Benchmarks.Subscriptions;

/// <summary>How many announces does one core take, key cached, from datagram to registry?</summary>
[MemoryDiagnoser]
public class AnnounceBenchmark
{
    private const int Packets = 512;

    private readonly byte[][] _packets = new byte[Packets][];
    private readonly TempDirectory _keys = new();
    private AnnounceSetup _setup = null!;

    [GlobalSetup]
    public void Setup()
    {
        using var customer = RSA.Create(2048);
        File.WriteAllText(_keys.File("www.example.com.pem"), customer.ExportSubjectPublicKeyInfoPem());
        using var signer = SubscriptionSigner.FromPem(customer.ExportPkcs8PrivateKeyPem(), HashAlgorithmName.SHA256);
        for (var i = 0; i < Packets; i++)
        {
            _packets[i] = SubscriptionPacketWriter.Write(
                new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = $"127.0.0.1:{3000 + (i % 8)}", UnixSeconds = 1_800_000_000 - 80_000 + i }, signer);
        }
    }

    // A new path each time: a ledger that has seen these packets would refuse them.
    [IterationSetup]
    public void Fresh() => _setup = new AnnounceSetup(_keys);

    [GlobalCleanup]
    public void Cleanup() => _keys.Dispose();

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Announce()
    {
        foreach (var packet in _packets)
        {
            _setup.Receiver.Receive(packet, new PacketSource(new SenderCredentials(1, 1000, 1000), null));
        }

        return _setup.Registry.NodeCount == 8 ? 8 : throw new InvalidOperationException("The packets were refused.");
    }
}
