using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Containerd.Alarms;
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
        var watched = new WatchedContainer(0);
        Assert.Equal(0, watched.CountKills(100, 5));
        Assert.Equal(2, watched.CountKills(100, 7));
        Assert.Equal(1, watched.CountKills(200, 1));
    }

    [Fact]
    public void Starts_OlderThanTheTime_AreForgotten()
    {
        var watched = new WatchedContainer(1);
        var now = _time.GetUtcNow();
        Assert.Equal(2, watched.CountStarts(3, now, TimeSpan.FromMinutes(5)));
        Assert.Equal(3, watched.CountStarts(4, now.AddMinutes(1), TimeSpan.FromMinutes(5)));
        Assert.Equal(1, watched.CountStarts(4, now.AddMinutes(5.5), TimeSpan.FromMinutes(5)));
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
