using UwsgiIt.Containerd.Launch;

namespace UwsgiIt.Containerd.Tests;

public sealed class IdMapTests
{
    [Theory]
    [InlineData(30_001u, "0 1895825408 30001\n30001 30001 1\n30002 1895855410 35534\n")]
    [InlineData(70_000u, "0 1895825408 65536\n70000 70000 1\n")]
    public void Text_PutsTheContainersUidBehindItself_AndARangeOfItsOwnBehindTheRest(uint uid, string expected) => Assert.Equal(expected, IdMap.Text(uid, IdMap.FirstBase));

    [Fact]
    public void Ranges_LieAbovePidOnesWithoutNamespaces_AndBelowTheSignBit()
    {
        Assert.Equal(3840, IdMap.Ranges);
        Assert.True(StartDescriptions.FirstInitUid + Contracts.ContainerLimits.LastUid < IdMap.FirstBase);
        Assert.True(IdMap.FirstBase + ((ulong)IdMap.Ranges * IdMap.Size) <= 0x8000_0000);
    }
}
