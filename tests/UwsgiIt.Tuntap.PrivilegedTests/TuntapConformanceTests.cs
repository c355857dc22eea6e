using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>The cases of every plane, on the tuntap router.</summary>
public sealed class TuntapConformanceTests(TuntapFixture fixture) : ConformanceTests(fixture), IClassFixture<TuntapFixture>;

/// <summary>A lab with the tuntap router.</summary>
public sealed class TuntapFixture : LabFixture
{
    internal override IDataPlane CreatePlane() => new TuntapPlane(Requirements.Program, workers: 2);
}
