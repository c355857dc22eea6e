using CsCheck;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Tuntap.Tests.Firewall;

public sealed class ChainTests
{
    private static readonly Gen<(uint Address, int Length, bool Deny)> Block = Gen.Select(Gen.UInt[0, 63].Select(static value => value << 26 | value), Gen.Int[1, 32], Gen.Bool);

    private static Chain Compile(ContainerPolicy policy) => ContainerFirewall.TryCompile(policy, HostFirewall.Default, [])!.In;

    /// <summary>At both edges of every block the pieces say what walking the list from the top says.</summary>
    [Fact]
    public void Find_AtEveryEdge_IsTheFirstMatch() =>
        Block.List[0, 40].Sample(blocks =>
        {
            var rules = blocks.Select(static block => $"in {IpPrefix.V4(block.Address, block.Length)} any {(block.Deny ? "deny" : "allow")}").ToArray();
            var chain = Compile(new ContainerPolicy { Uid = 30001, Rules = rules });
            foreach (var edge in blocks.SelectMany(static block => Edges(IpPrefix.V4(block.Address, block.Length))))
            {
                var expected = chain.Rules.First(rule => rule.Rule.Source.Contains(AddressFamilies.V4, edge));
                Assert.Same(expected, chain.RuleAt(chain.Find(edge).Rule));
            }
        });

    [Fact]
    public void Pieces_CoverEveryAddressOnce()
    {
        var chain = Compile(new ContainerPolicy { Uid = 30001, Links = [30002, 30003], Rules = ["in 128.0.0.0/1 any deny", "in 255.255.255.255 any allow", "in ffff::/16 any deny"] });
        foreach (var (family, highest) in new[] { (AddressFamilies.V4, (UInt128)uint.MaxValue), (AddressFamilies.V6, UInt128.MaxValue) })
        {
            var pieces = chain.Pieces(family).ToList();
            Assert.Equal(UInt128.Zero, pieces[0].First);
            Assert.Equal(highest, pieces[^1].Last);
            Assert.All(pieces.Zip(pieces.Skip(1)), static pair => Assert.Equal(pair.First.Last + 1, pair.Second.First));
        }
    }

    /// <summary>The most rules there may be; what a look-up costs then is the bench's question.</summary>
    [Fact]
    public void Find_AmongTenThousandRules_IsTheFirstMatch()
    {
        var chain = Compile(new ContainerPolicy { Uid = 30001, Rules = [.. Enumerable.Range(0, ContainerPolicy.MaxRules).Select(static i => $"in {IpPrefix.V4(0x0b000000 + (uint)(i * 400_009), 32)} any deny")] });
        Assert.True(chain.Pieces(AddressFamilies.V4).Count() > ContainerPolicy.MaxRules);
        for (var i = 100u; i < ContainerPolicy.MaxRules; i += 97)
        {
            Assert.Equal((int)i + 1, chain.RuleAt(chain.Find(0x0b000000 + (i * 400_009)).Rule).Number);
            Assert.Equal(RuleOrigin.Default, chain.RuleAt(chain.Find(0x0b000001 + (i * 400_009)).Rule).Origin);
        }
    }

    [Fact]
    public void Policy_WithFaults_IsRefusedWithAllOfThem()
    {
        List<string> faults = [];
        var policy = new ContainerPolicy { Uid = 30001, Links = [30001, 5], Rules = ["in any any allow", "in any", "out 10.0.0.1/8 any deny"], InBytesPerSecond = -1 };
        Assert.Null(ContainerFirewall.TryCompile(policy, HostFirewall.Default, faults));
        Assert.Equal(5, faults.Count);
        Assert.Contains(faults, static fault => fault.Contains("rule 2", StringComparison.Ordinal));
        Assert.Contains(faults, static fault => fault.Contains("linked with 30001", StringComparison.Ordinal));
        Assert.Null(ContainerFirewall.TryCompile(new ContainerPolicy { Uid = 30001, Rules = [.. Enumerable.Repeat("in any any deny", ContainerPolicy.MaxRules + 1)] }, HostFirewall.Default, faults));
    }

    [Fact]
    public void HostPolicy_WithFaults_IsRefusedWithAllOfThem()
    {
        List<string> faults = [];
        var policy = new HostPolicy { Block4 = "10.0.0.0/30", Rules = ["in any any replies"], GatewayServices = ["icmp/8", "udp/0"], Remotes = new Dictionary<int, string> { [30001] = "nowhere" } };
        Assert.Null(HostFirewall.TryCompile(policy, faults));
        Assert.Equal(5, faults.Count);
    }

    private static IEnumerable<uint> Edges(IpPrefix prefix)
    {
        yield return (uint)prefix.Address;
        yield return (uint)prefix.Last;
        yield return unchecked((uint)prefix.Address - 1);
        yield return unchecked((uint)prefix.Last + 1);
    }
}
