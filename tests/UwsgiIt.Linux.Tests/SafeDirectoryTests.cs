using UwsgiIt.Tests.Common;

namespace UwsgiIt.Linux.Tests;

public sealed class SafeDirectoryTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly SafeDirectory _home;
    private readonly uint _uid;
    private readonly uint _gid;

    public SafeDirectoryTests()
    {
        Directory.CreateDirectory(_folder.File("home"));
        File.WriteAllText(_folder.File("outside"), "host");
        _home = SafeDirectory.Open(_folder.File("home"));
        var facts = SafePath.Stat(_home.Handle);
        (_uid, _gid) = (facts.UserId, facts.GroupId);
    }

    public void Dispose()
    {
        _home.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void WriteFile_OverALink_ReplacesTheLink()
    {
        File.CreateSymbolicLink(_folder.File("home/hosts"), _folder.File("outside"));
        _home.WriteFile("hosts", "ours"u8, _uid, _gid, 0x1A4);
        Assert.Equal("host", File.ReadAllText(_folder.File("outside")));
        Assert.Null(new FileInfo(_folder.File("home/hosts")).LinkTarget);
        Assert.Equal("ours", File.ReadAllText(_folder.File("home/hosts")));
    }

    [Fact]
    public void MakeDirectory_WhereALinkIs_IsRefused()
    {
        Directory.CreateSymbolicLink(_folder.File("home/logs"), _folder.Path);
        Assert.Equal(Tmds.Linux.LibC.ELOOP, Assert.Throws<LinuxException>(() => _home.MakeDirectory("logs", _uid, _gid, 0x1ED)).Errno);
    }

    [Fact]
    public void MakeDirectory_SetsTheModeOfAnExistingOne()
    {
        Directory.CreateDirectory(_folder.File("home/run"), UnixFileMode.UserRead);
        _home.MakeDirectory("run", _uid, _gid, 0x1C8).Dispose();
        Assert.Equal((UnixFileMode)0x1C8, File.GetUnixFileMode(_folder.File("home/run")));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/passwd")]
    public void OpenFile_OutsideTheDirectory_IsRefused(string name) => Assert.Equal(Tmds.Linux.LibC.EXDEV, Assert.Throws<LinuxException>(() => _home.OpenFile(name)).Errno);

    [Fact]
    public void OpenFile_OfSeveralNames_IsRefused()
    {
        // A second name of somebody else's file: fchown and the like would reach that.
        using var link = System.Diagnostics.Process.Start("ln", [_folder.File("outside"), _folder.File("home/log")]);
        link.WaitForExit();
        Assert.Equal(Tmds.Linux.LibC.EINVAL, Assert.Throws<LinuxException>(() => _home.OpenAppend("log", 0x1A4)).Errno);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public void WriteFile_OfWhatIsNoName_IsOurMistake(string name) => Assert.Throws<ArgumentException>(() => _home.WriteFile(name, "x"u8, _uid, _gid, 0x1A4));
}
