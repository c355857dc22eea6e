using UwsgiIt.Tests.Common;

namespace UwsgiIt.Linux.Tests;

public sealed class SenderCredentialsTests
{
    [SkippableFact]
    public void TrySend_AsAnotherUser_IsSeenAsThatUser()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root: a sender shows another uid only with CAP_SETUID");
        using var folder = new TempDirectory();
        using var listener = UnixDatagramListener.Bind(folder.File("s"), 0x1B6, 65536);
        using var sender = new UnixDatagramSender();
        Assert.True(sender.TrySend(folder.File("s"), "hello"u8, 31337, 31338));
        Assert.Equal(5, listener.Receive(new byte[16], out var seen));
        Assert.Equal(new PeerCredentials(Environment.ProcessId, 31337, 31338), seen);
    }
}
