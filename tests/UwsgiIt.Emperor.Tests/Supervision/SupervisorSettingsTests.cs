using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Emperor.Tests.Supervision;

public sealed class SupervisorSettingsTests
{
    private const string Needed = """
        "Uid":30001,"Gid":30001,"Home":"/containers/30001","VassalDirectory":"/containers/30001/vassals","LogFile":"/containers/30001/logs/emperor.log"
        """;

    [Fact]
    public void TryRead_OnlyWhatIsNeeded_KeepsDefaults()
    {
        Assert.True(Read("{" + Needed + "}", out var settings, out _));
        Assert.Equal("/run/subscribe/http", settings!.SubscribeSocket);
        Assert.Equal(-1, settings.ControlDescriptor);
        Assert.Equal("127.0.0.1:5000", settings.StatsAddress);
        Assert.NotEmpty(settings.UwsgiBinaries);
    }

    [Theory]
    [InlineData("{}", "Uid")]
    [InlineData("not json", "JSON")]
    [InlineData("null", "null")]
    [InlineData("{" + Needed + ",\"Unknown\":1}", "Unknown")]
    [InlineData("{" + Needed + ",\"SubscribeSocket\":\"relative\"}", "SubscribeSocket 'relative'")]
    [InlineData("{" + Needed + ",\"LogFileMaxBytes\":1}", "LogFileMaxBytes 1")]
    public void TryRead_Faulty_NamesTheFault(string json, string named)
    {
        Assert.False(Read(json, out _, out var fault));
        Assert.Contains(named, fault, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Faults_RootAndRelative_AreAllNamed()
    {
        var settings = new SupervisorSettings { Uid = 0, Gid = 1, Home = "home", VassalDirectory = "/v", LogFile = "/l" };
        Assert.Equal(2, settings.Faults().Count);
    }

    private static bool Read(string json, out SupervisorSettings? settings, out string? fault)
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("s.json"), json);
        return SupervisorSettings.TryRead(folder.File("s.json"), out settings, out fault);
    }
}
