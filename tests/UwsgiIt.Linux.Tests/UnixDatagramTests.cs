using System.Net.Sockets;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Linux.Tests;

public sealed class UnixDatagramTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    [Fact]
    public void Receive_TellsWhoSent()
    {
        using var listener = UnixDatagramListener.Bind(_folder.File("s"), 0x1B6, 1 << 20);
        using var sender = new UnixDatagramSender();
        Assert.True(sender.TrySend(_folder.File("s"), "hello"u8));
        var buffer = new byte[16];
        Assert.Equal(5, listener.Receive(buffer, out var peer));
        Assert.Equal("hello"u8.ToArray(), buffer[..5]);
        Assert.Equal(new PeerCredentials(Environment.ProcessId, (uint)Tmds.Linux.LibC.geteuid(), (uint)Tmds.Linux.LibC.getegid()), peer);
    }

    [Fact]
    public void Receive_DatagramLongerThanTheBuffer_GivesItsOwnLength()
    {
        using var listener = UnixDatagramListener.Bind(_folder.File("s"), 0x1B6, 1 << 20);
        using var sender = new UnixDatagramSender();
        Assert.True(sender.TrySend(_folder.File("s"), new byte[100]));
        Assert.Equal(100, listener.Receive(new byte[16], out _));
    }

    [Fact]
    public void Bind_SetsTheModeAndReplacesAStaleSocketOnly()
    {
        using (UnixDatagramListener.Bind(_folder.File("s"), 0x180, 1 << 20))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("s")));
        }

        using var again = UnixDatagramListener.Bind(_folder.File("s"), 0x1B6, 1 << 20);
        File.WriteAllText(_folder.File("file"), "precious");
        var refused = Assert.Throws<LinuxException>(() => UnixDatagramListener.Bind(_folder.File("file"), 0x1B6, 1 << 20));
        Assert.Equal((Tmds.Linux.LibC.EEXIST, "precious"), (refused.Errno, File.ReadAllText(_folder.File("file"))));
    }

    [Fact]
    public async Task Stop_EndsAWaitingReceive()
    {
        using var listener = UnixDatagramListener.Bind(_folder.File("s"), 0x1B6, 1 << 20);
        var waiting = Task.Run(() => listener.Receive(new byte[16], out _));
        listener.Stop();
        Assert.Equal(-1, await waiting.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void TrySend_FullQueueOrNobody_FailsAtOnce()
    {
        using var sender = new UnixDatagramSender();
        Assert.False(sender.TrySend(_folder.File("nobody"), "x"u8));
        using var silent = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        silent.Bind(new UnixDomainSocketEndPoint(_folder.File("silent")));
        var sent = 0;
        while (sent < 100_000 && sender.TrySend(_folder.File("silent"), new byte[1000]))
        {
            sent++;
        }

        Assert.InRange(sent, 1, 99_999);
        Assert.False(sender.TrySend(new string('x', 200), "x"u8));
    }

    public void Dispose() => _folder.Dispose();
}
