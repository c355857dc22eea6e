using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Linux.Tests.Isolation;

public sealed class LandlockTests
{
    [SkippableFact]
    public void ForbidEverything_LeavesWhatIsOpen_AndOtherThreadsAlone()
    {
        Skip.If(Landlock.Version == 0, "this kernel has no Landlock");
        using var before = File.OpenHandle("/etc/hostname");
        Exception? refused = null;
        var read = 0;
        var thread = new Thread(() =>
        {
            Landlock.TryForbidEverything();
            read = RandomAccess.Read(before, new byte[64], 0);
            refused = Record.Exception(() => File.OpenHandle("/etc/hostname").Dispose());
        });
        thread.Start();
        thread.Join();
        Assert.True(read > 0);
        Assert.IsType<UnauthorizedAccessException>(refused);
        File.OpenHandle("/etc/hostname").Dispose();
    }
}
