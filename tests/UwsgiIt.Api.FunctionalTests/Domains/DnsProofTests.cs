using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Domains;

namespace UwsgiIt.Api.FunctionalTests.Domains;

/// <summary>Ownership against a real DNS server.</summary>
public sealed class DnsProofTests
{
    private static readonly Guid Owner = Guid.Parse("11111111-2222-3333-4444-555555555555");

    [SkippableFact]
    public async Task Proof_AtTheNameOrAbove_IsFound()
    {
        using var server = await NameServer.StartAsync(new Dictionary<string, string>
        {
            ["example.org."] = $"""
                @ NS ns
                @ NS nowhere.example.org.
                ns A 127.0.0.1
                @ TXT "v=spf1 -all"
                direct TXT "uwsgi:{Owner}"
                parent TXT "some text uwsgi:{Owner} more"
                split TXT "uwsgi:11111111-2222-" "3333-4444-555555555555"
                upper TXT "UWSGI:{Owner.ToString().ToUpperInvariant()}"
                other TXT "uwsgi:99999999-2222-3333-4444-555555555555"
                """,
            ["delegated.test."] = $"@ NS ns\nns A 127.0.0.1\n@ TXT \"uwsgi:{Owner}\"",
        });
        var proof = Proof(server, authoritative: true);
        foreach (var (name, expected) in new[]
        {
            ("direct.example.org", true),
            ("parent.example.org", true),
            ("a.b.parent.example.org", true),
            (".parent.example.org", true),
            ("split.example.org", true),
            ("upper.example.org", true),
            ("other.example.org", false),
            ("example.org", false),
            ("nothing.example.org", false),
            ("delegated.test", true),
            ("www.delegated.test", true),
            ("unknown.invalid", false),
        })
        {
            Assert.True(expected == await proof.IsProvenAsync(name, Owner, CancellationToken.None), name);
        }

        Assert.True(await Proof(server, authoritative: false).IsProvenAsync("direct.example.org", Owner, CancellationToken.None));
    }

    [Fact]
    public async Task Proof_NobodyAnswers_IsNoWithinTheBudget()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var options = new DnsOptions { Resolvers = { silent.LocalEndPoint!.ToString()! }, QueryTimeout = TimeSpan.FromMilliseconds(300), ClaimTimeout = TimeSpan.FromSeconds(2) };
        var proof = new DnsProof(Options.Create(options), NullLogger<DnsProof>.Instance);
        Assert.False(await proof.IsProvenAsync("a.b.c.d.e.f.example.org", Owner, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static DnsProof Proof(NameServer server, bool authoritative) =>
        new(Options.Create(new DnsOptions { Resolvers = { server.Address.ToString() }, AskAuthoritative = authoritative, AuthoritativePort = server.Port }), NullLogger<DnsProof>.Instance);
}
