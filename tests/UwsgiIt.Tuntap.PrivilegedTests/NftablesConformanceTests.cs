using UwsgiIt.Network.Nftables;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>The cases of every plane, on veth pairs and nftables.</summary>
public sealed class NftablesConformanceTests(NftablesFixture fixture) : ConformanceTests(fixture), IClassFixture<NftablesFixture>;

/// <summary>A lab with veth pairs and nftables.</summary>
public sealed class NftablesFixture : LabFixture
{
    internal override string? Missing => base.Missing ?? (File.Exists("/usr/sbin/nft") ? null : "nft is not installed (package nftables)");

    internal override IDataPlane CreatePlane() => new NftablesPlane();

    internal override byte[]? NextHop(LabContainer container) => LinkAddress(Lab.Host, Ruleset.DeviceOf(container.Uid));
}
