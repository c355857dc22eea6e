using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Benchmarks.Protocol;

/// <summary>What does a datagram cost before and at the signature check?</summary>
[MemoryDiagnoser]
public class SubscriptionPacketBenchmark
{
    private readonly byte[] _packet = Captures.Read("04-signed-sha256-subscribe.bin");
    private readonly byte[] _junk = Captures.Read("04-signed-sha256-subscribe.bin");
    private readonly HashAlgorithmName[] _digests = [HashAlgorithmName.SHA256, HashAlgorithmName.SHA1];
    private PublicKey _key = null!;
    private Range _signed;
    private Range _signature;

    [GlobalSetup]
    public void Setup()
    {
        _junk[60] = 0xff;
        PublicKey.TryReadPem(Captures.ReadText("customer-a.pem"), out _key!);
        SubscriptionPacketReader.TryRead(_packet, out var packet, out _);
        (_signed, _signature) = (packet!.SignedRange, packet.SignatureRange);
    }

    [Benchmark(Baseline = true)]
    public bool Parse() => SubscriptionPacketReader.TryRead(_packet, out _, out _);

    [Benchmark]
    public bool ParseJunk() => SubscriptionPacketReader.TryRead(_junk, out _, out _);

    [Benchmark]
    public bool VerifyRsa2048Sha256() => _key.Verify(_packet.AsSpan(_signed), _packet.AsSpan(_signature), _digests);
}
