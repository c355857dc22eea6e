using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Emperor.Vassals;

namespace UwsgiIt.Emperor.Tests.Vassals;

public sealed class ShortcutsTests
{
    private static readonly SupervisorSettings Settings = new()
    {
        Uid = 30001, Gid = 30001, Home = "/containers/30001", VassalDirectory = "/containers/30001/vassals", LogFile = "/containers/30001/logs/emperor.log", FastrouterSubscribeSocket = "/run/subscribe/fastrouter",
    };

    [Fact]
    public void Hash_IsThatOfRealUwsgi() => Assert.Equal("B9331981", Shortcuts.Hash("/srv/apps/v.ini"));

    [Fact]
    public void Arguments_AreThePlatformsShortcuts()
    {
        var arguments = Shortcuts.Arguments(Settings, "/containers/30001/vassals/a.ini").ToList();
        var socket = $"/containers/30001/run/$1_{Shortcuts.Hash("/containers/30001/vassals/a.ini")}.socket";
        Assert.Contains($"--declare-option=domain=socket={socket};subscribe2=server=/run/subscribe/http,key=$1,addr={socket},sign=SHA1:/containers/30001/etc/uwsgi.key", arguments);
        Assert.Contains("--chmod-socket=666", arguments);
        var cluster = Assert.Single(arguments, static argument => argument.StartsWith("--declare-option=ssl-ca-cluster-domain=", StringComparison.Ordinal));

        // The fastrouter is told first, and with the certificate, not with the key twice.
        Assert.Matches(@"server=/run/subscribe/fastrouter,[^;]*sni_key=\$2,sni_crt=\$3,sni_ca=\$4;subscribe2=server=/run/subscribe/http,[^;]*sni_key=\$2,sni_crt=\$3,sni_ca=\$4$", cluster);
        Assert.Equal(8, arguments.Count);
    }

    [Theory]
    [InlineData("a.ini", "--ini")]
    [InlineData("a.yml", "--yaml")]
    [InlineData("a.js", "--json")]
    [InlineData(".xml", "--xml")]
    [InlineData("a.INI", null)]
    [InlineData("ini", null)]
    [InlineData("a.ini.socket", null)]
    public void OptionOf_ByExtension(string name, string? option) => Assert.Equal(option, VassalFile.OptionOf(name));
}
