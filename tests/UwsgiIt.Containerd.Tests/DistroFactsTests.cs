using UwsgiIt.Containerd.Launch;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.Tests;

public sealed class DistroFactsTests
{
    [Theory]
    [InlineData("usr/bin/dash", new byte[] { 0x7F, 0x45, 0x4C, 0x46, 1, 1 }, true)]
    [InlineData("usr/bin/dash", new byte[] { 0x7F, 0x45, 0x4C, 0x46, 2, 1 }, false)]
    [InlineData("bin/busybox", new byte[] { 0x7F, 0x45, 0x4C, 0x46, 1, 1 }, true)]
    [InlineData("usr/bin/bash", new byte[] { 0x23, 0x21, 0x2F, 0x78, 1, 1 }, false)]
    [InlineData("usr/bin/dash", new byte[] { 0x7F, 0x45 }, false)]
    [InlineData("usr/bin/other", new byte[] { 0x7F, 0x45, 0x4C, 0x46, 1, 1 }, false)]
    public void Is32Bit_GoesByTheShellsElfClass(string path, byte[] content, bool expected)
    {
        using var distro = new TempDirectory();
        Directory.CreateDirectory(Path.GetDirectoryName(distro.File(path))!);
        File.WriteAllBytes(distro.File(path), content);
        Assert.Equal(expected, DistroFacts.Is32Bit(distro.Path));
    }
}
