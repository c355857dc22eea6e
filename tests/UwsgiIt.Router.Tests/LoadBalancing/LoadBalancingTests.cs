using System.Net;
using CsCheck;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.LoadBalancing;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Tests.LoadBalancing;

public sealed class LoadBalancingTests
{
    [Fact]
    public void RoundRobin_OverOneCycle_CountsEqualTheWeights() => Gen.ULong[1, 20].Array[1, 6].Sample(weights =>
    {
        var nodes = weights.Select((weight, index) => MakeNode(index, weight)).ToArray();
        var policy = LoadBalancingPolicies.Create(BalancingAlgorithm.WeightedRoundRobin);
        var counts = Pick(policy, nodes, weights.Aggregate(0, static (sum, weight) => sum + (int)weight));
        Assert.Equal(weights, nodes.Select(node => (ulong)counts.GetValueOrDefault(node)));
    });

    [Fact]
    public void RoundRobin_ThreeToTwo_IsSmooth()
    {
        var nodes = new[] { MakeNode(0, 3), MakeNode(1, 2) };
        var policy = LoadBalancingPolicies.Create(BalancingAlgorithm.WeightedRoundRobin);
        var sequence = string.Concat(Enumerable.Range(0, 10).Select(_ => policy.Select(nodes, default, null) == nodes[0] ? 'A' : 'B'));
        Assert.Equal("ABABAABABA", sequence);
    }

    [Fact]
    public async Task RoundRobin_ManyThreads_KeepsTheWeights()
    {
        var nodes = new[] { MakeNode(0, 3), MakeNode(1, 2) };
        var policy = LoadBalancingPolicies.Create(BalancingAlgorithm.WeightedRoundRobin);
        var first = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                if (policy.Select(nodes, default, null) == nodes[0])
                {
                    Interlocked.Increment(ref first);
                }
            }
        })));
        Assert.Equal(12_000, first);
    }

    [Fact]
    public void RoundRobin_WithSlowStart_GivesANewNodeAGrowingShare()
    {
        var nodes = new[] { MakeNode(0, 1), MakeNode(1, 1) };
        nodes[0].LiveSince = Environment.TickCount64 - (60 * 60_000);
        nodes[1].LiveSince = Environment.TickCount64 - (15 * 60_000);
        var policy = LoadBalancingPolicies.Create(BalancingAlgorithm.WeightedRoundRobin);
        var young = Enumerable.Range(0, 1000).Count(_ => policy.Select(nodes, new SelectionContext(null, 0, 60 * 60_000), null) == nodes[1]);

        // A quarter of the hour is over: a quarter of the other's share.
        Assert.InRange(young, 150, 250);
    }

    [Theory]
    [InlineData(BalancingAlgorithm.WeightedRoundRobin)]
    [InlineData(BalancingAlgorithm.LeastInFlight)]
    [InlineData(BalancingAlgorithm.WeightedLeastInFlight)]
    [InlineData(BalancingAlgorithm.IpHash)]
    public void AnyPolicy_PassesOverFullNodes(BalancingAlgorithm algorithm)
    {
        var nodes = new[] { MakeNode(0, 1), MakeNode(1, 1) };
        var policy = LoadBalancingPolicies.Create(algorithm);
        nodes[0].BeginRequest();
        var context = new SelectionContext(IPAddress.Loopback, MaxInFlight: 1);
        Assert.Equal(nodes[1], policy.Select(nodes, context, null));
        nodes[1].BeginRequest();
        Assert.Null(policy.Select(nodes, context, null));
    }

    [Theory]
    [InlineData(BalancingAlgorithm.WeightedRoundRobin)]
    [InlineData(BalancingAlgorithm.LeastInFlight)]
    [InlineData(BalancingAlgorithm.WeightedLeastInFlight)]
    [InlineData(BalancingAlgorithm.IpHash)]
    public void AnyPolicy_UsesTheLowestLevelWithALiveNodeAndNeverADeadOrTriedOne(BalancingAlgorithm algorithm)
    {
        var nodes = new[] { MakeNode(0, 1), MakeNode(1, 1), MakeNode(2, 1, backup: 1) };
        var policy = LoadBalancingPolicies.Create(algorithm);
        Assert.DoesNotContain(nodes[2], Pick(policy, nodes, 20).Keys);
        nodes[0].MarkDead();
        Assert.Equal([nodes[1]], Pick(policy, nodes, 20).Keys);
        Assert.Same(nodes[2], policy.Select(nodes, default, tried: nodes[1]));
        nodes[1].MarkDead();
        Assert.Same(nodes[2], policy.Select(nodes, default, null));
        nodes[2].MarkDead();
        Assert.Null(policy.Select(nodes, default, null));
    }

    [Fact]
    public void LeastInFlight_TakesTheIdlestAndRotatesWhenIdle()
    {
        var nodes = new[] { MakeNode(0, 1), MakeNode(1, 1), MakeNode(2, 1) };
        var policy = LoadBalancingPolicies.Create(BalancingAlgorithm.LeastInFlight);
        nodes[0].BeginRequest();
        nodes[1].BeginRequest();
        Assert.Same(nodes[2], policy.Select(nodes, default, null));
        nodes[0].EndRequest();
        nodes[1].EndRequest();
        Assert.Equal(3, Enumerable.Range(0, 3).Select(_ =>
        {
            var node = policy.Select(nodes, default, null)!;
            node.BeginRequest();
            node.EndRequest();
            return node;
        }).Append(nodes[2]).Distinct().Count());
    }

    [Fact]
    public void WeightedLeastInFlight_DividesByTheWeight()
    {
        var nodes = new[] { MakeNode(0, 4), MakeNode(1, 1) };
        for (var i = 0; i < 3; i++)
        {
            nodes[0].BeginRequest();
        }

        nodes[1].BeginRequest();
        Assert.Same(nodes[0], LoadBalancingPolicies.Create(BalancingAlgorithm.WeightedLeastInFlight).Select(nodes, default, null));
    }

    [Fact]
    public void IpHash_IsStableAndALeavingNodeMovesOnlyItsOwnClients()
    {
        var nodes = Enumerable.Range(0, 4).Select(index => MakeNode(index, 1)).ToArray();
        var policy = LoadBalancingPolicies.Create(BalancingAlgorithm.IpHash);
        var clients = Enumerable.Range(0, 200).Select(index => new SelectionContext(new IPAddress([192, 0, 2, (byte)index]))).ToArray();
        var before = clients.Select(client => policy.Select(nodes, client, null)).ToArray();
        Assert.Equal(before, clients.Select(client => policy.Select(nodes, client, null)));
        Assert.Equal(4, before.Distinct().Count());
        nodes[1].MarkDead();
        var after = clients.Select(client => policy.Select(nodes, client, null)).ToArray();
        Assert.All(Enumerable.Range(0, clients.Length), index => Assert.True(before[index] == nodes[1] || before[index] == after[index]));
    }

    [Fact]
    public void IpHash_MappedAndPlainAddress_AreOneClient()
    {
        var nodes = Enumerable.Range(0, 8).Select(index => MakeNode(index, 1)).ToArray();
        var policy = LoadBalancingPolicies.Create(BalancingAlgorithm.IpHash);
        var address = IPAddress.Parse("192.0.2.77");
        Assert.Same(policy.Select(nodes, new SelectionContext(address), null), policy.Select(nodes, new SelectionContext(address.MapToIPv6()), null));
    }

    private static Dictionary<Node, int> Pick(ILoadBalancingPolicy policy, Node[] nodes, int times)
    {
        var counts = new Dictionary<Node, int>();
        for (var i = 0; i < times; i++)
        {
            var node = policy.Select(nodes, default, null)!;
            counts[node] = counts.GetValueOrDefault(node) + 1;
        }

        return counts;
    }

    private static Node MakeNode(int index, ulong weight, ulong backup = 0)
    {
        Assert.True(UpstreamAddress.TryParse($"127.0.0.1:{3000 + index}", out var address));
        return new Node { Weight = weight, Backup = backup, Upstream = new Upstream(address, UpstreamProtocol.Uwsgi) };
    }
}
