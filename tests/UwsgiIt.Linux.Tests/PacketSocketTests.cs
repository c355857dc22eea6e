using Microsoft.Win32.SafeHandles;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Linux.Tests;

public sealed class PacketSocketTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void Message_BringsExactlyTheDescriptorsSent(int count)
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("a"), "content");
        var (ours, theirs) = PacketSocket.Pair("test");
        using (ours)
        using (theirs)
        using (var file = File.OpenHandle(folder.File("a")))
        {
            ours.Send("hello"u8, Enumerable.Repeat(file, count).ToArray());
            var received = new List<SafeFileHandle>();
            var text = new byte[64];
            Assert.Equal("hello"u8.ToArray(), text[..theirs.Receive(text, received)]);
            Assert.Equal(count, received.Count);
            Assert.All(received, static handle => Assert.Equal(7, RandomAccess.GetLength(handle)));
            received.ForEach(static handle => handle.Dispose());
        }
    }

    [Fact]
    public void Message_LongerThanTheBuffer_IsAnError()
    {
        var (ours, theirs) = PacketSocket.Pair("test");
        using (ours)
        using (theirs)
        {
            ours.Send(new byte[100]);
            Assert.Equal(Tmds.Linux.LibC.EMSGSIZE, Assert.Throws<LinuxException>(() => theirs.Receive(new byte[99], [])).Errno);
        }
    }

    [Fact]
    public void Peer_IsTheKernelsWord()
    {
        using var folder = new TempDirectory();
        using var listener = PacketSocket.Listen(folder.File("s"), 0x180);
        using var client = PacketSocket.Connect(folder.File("s"));
        using var accepted = listener.Accept();
        Assert.Equal(Environment.ProcessId, accepted!.Peer().ProcessId);
        client.Dispose();
        Assert.Equal(0, accepted.Receive(new byte[8], []));
    }

    [Fact]
    public void Receive_AfterTheTimeSet_GivesUp()
    {
        var (ours, theirs) = PacketSocket.Pair("test");
        using (ours)
        using (theirs)
        {
            theirs.SetTimeout(TimeSpan.FromMilliseconds(20));
            Assert.Equal(-1, theirs.Receive(new byte[8], []));
        }
    }
}
