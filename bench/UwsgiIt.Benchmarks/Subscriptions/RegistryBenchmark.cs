using BenchmarkDotNet.Attributes;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Benchmarks.Subscriptions;

/// <summary>Does a request's lookup stay under 150 ns and allocate nothing, whatever the number of names?</summary>
[MemoryDiagnoser]
public class RegistryBenchmark
{
    private const int Hosts = 1024;

    private readonly string[] _hosts = new string[Hosts];
    private readonly TempDirectory _keys = new();
    private AnnounceSetup _setup = null!;
    private int _next;

    [Params(1_000, 100_000, 1_000_000)]
    public int Names { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _setup = new AnnounceSetup(_keys);
        _setup.Fill(Names);

        // Spread over all names, so that the cache helps no more than it would an edge.
        for (var i = 0; i < Hosts; i++)
        {
            _hosts[i] = AnnounceSetup.NameOf((int)((long)i * 7919 * 104729 % Names));
        }
    }

    [GlobalCleanup]
    public void Cleanup() => _keys.Dispose();

    [Benchmark(Baseline = true)]
    public bool Known() => _setup.Registry.Find(_hosts[_next++ & (Hosts - 1)], "/") is not null;

    [Benchmark]
    public bool Unknown() => _setup.Registry.Find("nobody.example.org", "/") is not null;
}
