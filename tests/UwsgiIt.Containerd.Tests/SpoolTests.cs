using UwsgiIt.Containerd.Agents;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.Tests;

public sealed class SpoolTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Spool_OverItsBytes_LosesTheOldest_AndWhatADeadDaemonLeftUnfinished()
    {
        var spool = new SpoolDirectory(_folder.File("s"), int.MaxValue, 100);
        Directory.CreateDirectory(_folder.File("s"));
        File.WriteAllText(_folder.File("s/0.new"), "half");
        Assert.Equal(1, spool.Add("1", new byte[40]));
        Assert.Equal(0, spool.Add("2", new byte[40]));
        Assert.Equal(1, spool.Add("3", new byte[40]));
        Assert.Equal(["2", "3"], spool.Oldest(10).Select(Path.GetFileName));
        Assert.Equal(["2"], spool.Oldest(1).Select(Path.GetFileName));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("s/2")));
    }

    [Fact]
    public void Spool_WithoutFolder_IsEmpty() => Assert.Empty(new SpoolDirectory(_folder.File("none"), 1).Oldest(1));
}
