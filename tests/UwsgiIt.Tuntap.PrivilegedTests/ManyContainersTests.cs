using System.Globalization;
using System.Net;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>Many containers, a thousand in the long run, on either data plane: each has its own address, gets what is sent to it and nothing else, and sends as nobody else.</summary>
public sealed class ManyContainersTests : IDisposable
{
    private static readonly int[] Uids = [.. Enumerable.Range(0, Environment.GetEnvironmentVariable("UWSGIIT_LONG") == "1" ? 1_000 : 200).Select(static i => 30_100 + (i * 7))];

    // Packets under way at once: few enough for every queue on the way, for none is sent twice.
    private const int Burst = 50;

    private readonly NetworkNamespace _space = NetworkNamespace.Create();
    private IDataPlane? _plane;
    private Lab? _lab;

    [SkippableTheory]
    [InlineData("tuntap")]
    [InlineData("nftables")]
    public void Addresses_AreTheirOwn(string name)
    {
        Requirements.Check();
        Skip.IfNot(File.Exists("/usr/sbin/nft"), "nft is not installed (package nftables)");
        _plane = name == "tuntap" ? new TuntapPlane(Requirements.Program, workers: 2) : new NftablesPlane();
        _lab = new Lab(_plane);
        var containers = new ManyContainers(_space, Uids);
        _plane.AttachMany(containers);

        // What arrives is told apart by its length. A queue on the way may lose one under load: who has none yet is sent another.
        using var outside = new PacketTap(_lab.Outside, "eth0", LabFixture.LinkAddress(_lab.Host, "eth0"));
        var before = containers.Received();
        var sent = new int[Uids.Length];
        Eventually.True(
            () =>
            {
                var now = containers.Received();
                var without = Uids.Index().Where(pair => now[pair.Item] == before[pair.Item]).Take(Burst).ToList();
                foreach (var (i, uid) in without)
                {
                    outside.Send(PacketFactory.Udp(IPAddress.Parse(Lab.OutsideV4), Address(uid), 1, 9, new byte[100 + i]));
                    sent[i]++;
                }

                return without.Count == 0;
            },
            "a packet at each",
            60);
        var got = containers.Received();
        for (var i = 0; i < Uids.Length; i++)
        {
            // A link header counts where there is one.
            var (bytes, one) = (got[Uids[i]] - before[Uids[i]], 128 + i);
            Assert.True(Enumerable.Range(1, sent[i]).Any(count => bytes == count * one || bytes == count * (one + 14)), $"container {Uids[i]} got {bytes} bytes, {sent[i]} packets of {one} were sent to it");
        }

        // Each as its neighbour: all are dropped.
        var spoofed = _plane.Drops(DropCause.Spoofed);
        for (var i = 0; i < Uids.Length; i += 50)
        {
            using var tap = new PacketTap(_space, ManyContainers.DeviceOf(Uids[i]), name == "tuntap" ? null : LabFixture.LinkAddress(_lab.Host, string.Create(CultureInfo.InvariantCulture, $"u{Uids[i]}")));
            tap.Send(PacketFactory.Udp(Address(Uids[(i + 1) % Uids.Length]), IPAddress.Parse(Lab.OutsideV4), 1, 9, [1]));
        }

        Eventually.True(() => _plane.Drops(DropCause.Spoofed) - spoofed >= Uids.Length / 50, "each false sender is dropped", 60);
    }

    public void Dispose()
    {
        _lab?.Dispose();
        _space.Dispose();
    }

    private static IPAddress Address(int uid) => IpAddresses.FromNumber(AddressFamilies.V4, AddressPlan.Default.V4(uid));
}
