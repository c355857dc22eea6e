using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Containerd.Alarms;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Containerd.Sessions;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.Tests;

public sealed class AlarmTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SameKind_IsRaisedOnceInItsTime_AndTheSpoolIsBounded()
    {
        var spool = new AlarmSpool(
            Options.Create(new PathOptions { StateDirectory = _folder.Path, ContainersRoot = _folder.File("containers") }), Options.Create(new AlarmOptions { SpoolFiles = 3 }), _time, NullLogger<AlarmSpool>.Instance);
        var minute = TimeSpan.FromMinutes(1);
        Assert.True(spool.Raise(30_001, "oom", "first", minute));
        Assert.False(spool.Raise(30_001, "oom", "second", minute));
        Assert.True(spool.Raise(30_001, "memory", "third", minute));
        Assert.True(spool.Raise(30_002, "oom", "fourth", minute));
        _time.Advance(minute);
        Assert.True(spool.Raise(30_001, "oom", "fifth", minute));
        var files = Directory.EnumerateFiles(_folder.File("alarms")).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(3, files.Count);
        Assert.Equal("third", JsonDocument.Parse(File.ReadAllText(files[0])).RootElement.GetProperty("msg").GetString());
    }

    [Fact]
    public void Kills_BeforeTheFirstLook_AreOldNews_AndARestartBeginsAnew()
    {
        var adopted = new CounterWatch();
        Assert.Equal(0, adopted.Advance(100, 5, adopted: true));
        Assert.Equal(2, adopted.Advance(100, 7, adopted: true));
        Assert.Equal(1, adopted.Advance(200, 1, adopted: false));
        Assert.Equal(5, new CounterWatch().Advance(100, 5, adopted: false));
    }

    [Fact]
    public void Container_ThatTheKernelToldOf_IsHeardAgainAfterASecond_AndLookedAtOnceMoreAfterFive()
    {
        var later = new LaterLooks();
        Assert.Equal(-1, later.UntilNext(0));
        later.Add(source: 1, uid: 30_001, now: 1000);
        later.Add(source: 2, uid: 30_001, now: 1200);
        Assert.Equal(500, later.UntilNext(1500));
        Assert.False(later.TryTakeSource(1999, out _));
        Assert.True(later.TryTakeSource(2000, out var source) && source == 1);
        Assert.False(later.TryTakeSource(2000, out _));
        Assert.True(later.TryTakeSource(9999, out source) && source == 2);

        // One second look for both, counted from the first; what happens after it has one of its own.
        Assert.False(later.TryTakeContainer(5999, out _));
        Assert.Equal(1, later.UntilNext(5999));
        Assert.True(later.TryTakeContainer(6000, out var uid) && uid == 30_001);
        Assert.False(later.TryTakeContainer(99_999, out _));
        Assert.Equal(-1, later.UntilNext(6000));
        later.Add(source: 1, uid: 30_001, now: 7000);
        Assert.True(later.TryTakeContainer(12_000, out _));
    }

    [Theory]
    [InlineData("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\n", 2)]
    [InlineData("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n", 7)]
    [InlineData("oom_kill", 0)]
    [InlineData("oom_kill x\n", 0)]
    [InlineData("", 0)]
    public void KernelFile_NamedNumber_IsFound(string text, long expected) => Assert.Equal(expected, KernelFile.FindNamed(Encoding.ASCII.GetBytes(text), "oom_kill"u8));

    [Theory]
    [InlineData("4096\n", 4096)]
    [InlineData("max\n", long.MaxValue)]
    public void KernelFile_Number_IsRead(string text, long expected) => Assert.Equal(expected, KernelFile.ParseNumber(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Starts_OlderThanTheTime_AreForgotten()
    {
        using var watched = new WatchedContainer();
        var now = _time.GetUtcNow();
        Assert.Equal(2, watched.CountStarts(2, now, TimeSpan.FromMinutes(5)));
        Assert.Equal(3, watched.CountStarts(3, now.AddMinutes(1), TimeSpan.FromMinutes(5)));
        Assert.Equal(1, watched.CountStarts(3, now.AddMinutes(5.5), TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void LoginFiles_HoldNumbersAndPlainText_WhateverTheNameIs()
    {
        var definition = new ContainerDefinition { Uid = 30_001, Name = "a:b,c\nroot:x:0:0", Memory = 1, Storage = 1 };
        Assert.Equal("30001:x:30001:30001:a-b-c-root-x-0-0:/containers/30001:/relay\n", LoginFiles.PasswdOf([definition], "/containers", "/relay"));
        Assert.Equal("30001:*:::::::\n", LoginFiles.ShadowOf([definition]));
        Assert.Equal("30001:x:30001:\n", LoginFiles.GroupOf([definition]));
    }
}
