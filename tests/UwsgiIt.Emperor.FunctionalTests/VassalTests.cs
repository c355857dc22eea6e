using System.Text.Json;
using UwsgiIt.Router.FunctionalTests;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Emperor.FunctionalTests;

/// <summary>The real uWSGI under the real Emperor.</summary>
public sealed class VassalTests
{
    [SkippableFact]
    public async Task Vassals_AppearChangeAndGo_StartReloadAndStop()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("app.ini", Ini("app"));
        await emperor.VassalIsAsync("app.ini", static vassal => vassal.GetProperty("accepting").GetInt32() == 1 && vassal.GetProperty("ready").GetInt32() == 1, "accepts");
        var pid = (await emperor.VassalAsync("app.ini"))!.Value.GetProperty("pid").GetInt32();

        emperor.Touch("app.ini");
        await emperor.VassalIsAsync("app.ini", static vassal => vassal.GetProperty("respawns").GetInt32() == 1, "has reloaded");
        await emperor.LoggedAsync("received message 1 from emperor");
        Assert.Equal(pid, (await emperor.VassalAsync("app.ini"))!.Value.GetProperty("pid").GetInt32());

        emperor.RemoveVassal("app.ini");
        await emperor.VassalIsGoneAsync("app.ini");
        Assert.Contains("app.ini has exited with 0", emperor.Log, StringComparison.Ordinal);
        Assert.Equal(0, await emperor.StopAsync());
    }

    [SkippableFact]
    public async Task Vassal_ThatDiesAtOnce_IsBlacklistedAndTriedAgain()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("bad.ini", "[uwsgi]\nplugin = nosuchplugin\nneed-plugin = nosuchplugin\nsocket = /nowhere/x\n");
        await emperor.LoggedAsync("bad.ini started", times: 3);
        await emperor.LoggedAsync("bad.ini is blacklisted");
        var entry = (await emperor.StatsAsync()).GetProperty("blacklist").EnumerateArray().Single();
        Assert.Equal("bad.ini", entry.GetProperty("id").GetString());
        Assert.Equal(1 + (1000 * entry.GetProperty("attempt").GetInt32()), entry.GetProperty("throttle_level").GetInt32());

        // Mended, it runs, and is forgiven once it is loyal.
        emperor.WriteVassal("bad.ini", Ini("mended"));
        await emperor.VassalIsAsync("bad.ini", static vassal => vassal.GetProperty("accepting").GetInt32() == 1, "accepts");
    }

    [SkippableFact]
    public async Task Directory_WithOtherThings_StartsVassalsOnly()
    {
        await using var emperor = new EmperorEnvironment();
        emperor.WriteVassal("readme.txt", "no vassal");
        emperor.WriteVassal("noextension", "no vassal");
        Directory.CreateDirectory(emperor.InHome("vassals/folder.ini"));
        File.CreateSymbolicLink(emperor.InHome("vassals/broken.ini"), "/nowhere");
        File.CreateSymbolicLink(emperor.InHome("vassals/device.ini"), "/dev/null");
        emperor.Write("linked.txt", Ini("linked"));
        File.CreateSymbolicLink(emperor.InHome("vassals/linked.ini"), emperor.InHome("linked.txt"));
        emperor.WriteVassal(".hidden.ini", Ini("hidden"));
        await emperor.StartEmperorAsync();
        await emperor.LoggedAsync("linked.ini started");
        await emperor.LoggedAsync(".hidden.ini started");
        var names = (await emperor.StatsAsync()).GetProperty("vassals").EnumerateArray().Select(static vassal => vassal.GetProperty("id").GetString()!).Order(StringComparer.Ordinal);
        Assert.Equal([".hidden.ini", "linked.ini"], names);
    }

    [SkippableFact]
    public async Task Stats_HaveTheFieldsOfTheOriginal()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("app.ini", Ini("app"));
        await emperor.VassalIsAsync("app.ini", static vassal => vassal.GetProperty("pid").GetInt32() > 1, "runs");
        var stats = await emperor.StatsAsync();
        Assert.Equal(["version", "pid", "uid", "gid", "cwd", "emperor", "emperor_tyrant", "throttle_level", "vassals", "blacklist"], stats.EnumerateObject().Select(static field => field.Name).Take(10));
        Assert.Equal(
            ["id", "pid", "born", "last_mod", "last_heartbeat", "loyal", "ready", "accepting", "last_loyal", "last_ready", "last_accepting", "first_run", "last_run", "cursed", "zerg", "on_demand", "uid", "gid", "monitor", "respawns"],
            stats.GetProperty("vassals")[0].EnumerateObject().Select(static field => field.Name).Take(20));
        Assert.Equal(1, stats.GetProperty("pid").GetInt32());
    }

    [SkippableFact]
    public async Task HomeUwsgi_IsPreferred_AndHeartbeatsAreOwedOnceGiven()
    {
        await using var emperor = new EmperorEnvironment(static settings => settings["RequiredHeartbeat"] = "00:00:01");
        emperor.Write("bin/uwsgi", """
            #!/usr/bin/python3
            import os, time
            os.write(int(os.environ['UWSGI_EMPEROR_FD']), bytes([1, 5, 26]))
            print('own uwsgi here', flush=True)
            time.sleep(1000)
            """, isExecutable: true);
        await emperor.StartEmperorAsync();
        emperor.WriteVassal("app.ini", Ini("app"));
        await emperor.LoggedAsync("own uwsgi here");
        await emperor.LoggedAsync("app.ini sent no heartbeat");
        await emperor.LoggedAsync("app.ini was ended by signal 9");
    }

    [SkippableFact]
    public async Task OnDemand_WaitsForAConnection_AndServesIt()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        var port = RouterEnvironment.FreePort();
        emperor.WriteVassal("lazy.ini.socket", $"127.0.0.1:{port}\n");
        emperor.WriteVassal("lazy.ini", $"[uwsgi]\nplugin = python3\nwsgi-file = {AppFile}\nmaster = true\nprotocol = http\n");
        await emperor.VassalIsAsync("lazy.ini", static vassal => vassal.GetProperty("pid").GetInt32() == -1, "waits");
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        using var shown = JsonDocument.Parse(await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/")));
        Assert.Equal($"{emperor.Uid}", shown.RootElement.GetProperty("status").GetProperty("Uid").GetString()!.Split('\t')[0]);
        await emperor.VassalIsAsync("lazy.ini", static vassal => vassal.GetProperty("loyal").GetInt32() == 1, "is loyal");
        Assert.Equal($"127.0.0.1:{port}", (await emperor.VassalAsync("lazy.ini"))!.Value.GetProperty("on_demand").GetString());
    }

    [SkippableFact]
    public async Task Stubborn_IsKilledAfterMercy()
    {
        await using var emperor = new EmperorEnvironment(static settings => settings["Mercy"] = "00:00:01");
        emperor.Write("bin/uwsgi", "#!/bin/sh\ntrap '' INT TERM\necho stubborn\nwhile :; do sleep 1; done\n", isExecutable: true);
        await emperor.StartEmperorAsync();
        emperor.WriteVassal("app.ini", Ini("app"));
        await emperor.LoggedAsync("stubborn");
        Assert.Equal(0, await emperor.StopAsync());
        Assert.Contains("app.ini does not stop: killed", emperor.Log, StringComparison.Ordinal);
    }

    internal static string AppFile { get; } = CopyApp();

    internal static string Ini(string name) => $"[uwsgi]\nplugin = python3\nwsgi-file = {AppFile}\nmaster = true\nneed-app = true\nsocket = %d../run/{name}.sock\n";

    /// <summary>Where any uid may read it.</summary>
    private static string CopyApp()
    {
        var folder = Directory.CreateTempSubdirectory("uwsgiit-app-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0x1ED);
        var copy = Path.Combine(folder, "app.py");
        File.Copy(Path.Combine(Captures.SourceRoot, "tests", "UwsgiIt.Emperor.FunctionalTests", "app.py"), copy);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return copy;
    }
}
