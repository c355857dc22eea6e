using UwsgiIt.Tests.Common;

namespace UwsgiIt.Linux.Tests;

public sealed class SafePathTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    [Fact]
    public void TryOpen_LinkAnywhereInThePath_IsRefused()
    {
        Directory.CreateDirectory(_folder.File("real"));
        File.WriteAllText(_folder.File("real/file"), "x");
        File.CreateSymbolicLink(_folder.File("real/link"), _folder.File("real/file"));
        Directory.CreateSymbolicLink(_folder.File("alias"), _folder.File("real"));

        Assert.True(SafePath.TryOpen(_folder.File("real/file"), pathOnly: false, out var handle, out _));
        handle.Dispose();
        foreach (var path in new[] { "real/link", "alias/file" })
        {
            Assert.False(SafePath.TryOpen(_folder.File(path), pathOnly: true, out _, out var errno));
            Assert.Equal(Tmds.Linux.LibC.ELOOP, errno);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("/a\0b")]
    public void TryOpen_NotAnAbsolutePath_IsRefused(string path)
    {
        Assert.False(SafePath.TryOpen(path, pathOnly: true, out _, out var errno));
        Assert.Equal(Tmds.Linux.LibC.EINVAL, errno);
    }

    [Fact]
    public void Stat_TellsWhatWasOpened()
    {
        File.WriteAllText(_folder.File("file"), "12345");
        File.SetUnixFileMode(_folder.File("file"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.True(SafePath.TryOpen(_folder.File("file"), pathOnly: true, out var handle, out _));
        using (handle)
        {
            var facts = SafePath.Stat(handle);
            Assert.True(facts is { IsRegularFile: true, IsDirectory: false, IsSocket: false, Size: 5 });
            Assert.Equal((uint)Tmds.Linux.LibC.geteuid(), facts.UserId);
            Assert.True(facts.IsReadableBy(facts.UserId, 12345));
            Assert.True(facts.IsReadableBy(12345, facts.GroupId));
            Assert.False(facts.IsReadableBy(12345, 12345));
            Assert.InRange(facts.ModifiedNanoseconds / 1_000_000_000, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60);
        }
    }

    public void Dispose() => _folder.Dispose();
}
