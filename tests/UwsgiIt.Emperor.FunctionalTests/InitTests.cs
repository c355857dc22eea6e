using UwsgiIt.Router.FunctionalTests;

namespace UwsgiIt.Emperor.FunctionalTests;

/// <summary>What pid 1 owes a container.</summary>
public sealed class InitTests
{
    [SkippableFact]
    public async Task Orphans_AreReaped()
    {
        await using var emperor = new EmperorEnvironment();
        emperor.Write("etc/rc.local", "for i in 1 2 3 4 5; do (sleep 0.2 & sleep 0.1 &) ; done\necho rc says $(id -u) in $(pwd)\n");
        emperor.Write("bin/uwsgi", "#!/bin/sh\n(setsid sh -c 'echo orphan; exit 3' &)\necho parent\nexec sleep 1000\n", isExecutable: true);
        await emperor.StartEmperorAsync();
        emperor.WriteVassal("app.ini", "[uwsgi]\n");
        await emperor.LoggedAsync("orphan");
        await Eventually.TrueAsync(
            () => Task.FromResult(EmperorEnvironment.Children(emperor.ProcessId).All(static child => !EmperorEnvironment.Status(child, "State").StartsWith('Z'))),
            "no zombie is left",
            60);
    }

    [SkippableFact]
    public async Task RcLocal_RunsAsTheCustomerInHome()
    {
        await using var emperor = new EmperorEnvironment(static settings => settings["RcLocal"] = settings["Home"]!.GetValue<string>() + "/etc/rc.local");
        emperor.Write("etc/rc.local", "echo rc says $(id -u) in $(pwd)\nls -l /proc/self/fd | grep -c -v -e pipe -e null -e total -e /proc/\nexit 7\n");
        await emperor.StartEmperorAsync();
        await emperor.LoggedAsync($"rc says {emperor.Uid} in {emperor.Home}\n0\n");
        await emperor.LoggedAsync("rc.local has exited with 7");
    }

    [SkippableFact]
    public async Task Emperor_KeepsThreeCapabilitiesAndPassesNone()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        Assert.Equal("00000000000000e0", EmperorEnvironment.Status(emperor.ProcessId, "CapEff"));
        Assert.Equal("0000000000000000", EmperorEnvironment.Status(emperor.ProcessId, "CapInh"));
        Assert.Equal("0000000000000000", EmperorEnvironment.Status(emperor.ProcessId, "CapAmb"));

        // Not dumpable: its /proc files are root's, so the customer cannot look in.
        Assert.Equal(0, FileOwner($"/proc/{emperor.ProcessId}/environ"));

        // Nothing but the C library was loaded, and that before anything of a customer was there.
        var libraries = File.ReadLines($"/proc/{emperor.ProcessId}/maps").Select(static line => line.Split(' ').Last()).Where(static path => path.StartsWith('/') && path.Contains(".so", StringComparison.Ordinal)).Select(Path.GetFileName).Distinct();
        Assert.All(libraries, static library => Assert.Matches(@"^(libc|libm|ld-linux.*|libpthread|libdl|librt|libgcc_s|libstdc\+\+)\.so", library!));
    }

    [SkippableFact]
    public async Task Log_IsBounded_AndNeverFollowsALink()
    {
        await using var emperor = new EmperorEnvironment(static settings =>
        {
            settings["LogFileMaxBytes"] = 65536;
            settings["Mercy"] = "00:00:01";
        });
        emperor.Write("bin/uwsgi", "#!/bin/sh\ni=0; while [ $i -lt 20 ]; do head -c 20000 /dev/zero | tr '\\0' x; i=$((i+1)); done\necho; echo end of noise\nexec sleep 1000\n", isExecutable: true);
        await emperor.StartEmperorAsync();
        emperor.WriteVassal("noisy.ini", "[uwsgi]\n");
        await emperor.LoggedAsync("end of noise");
        Assert.InRange(new FileInfo(emperor.InHome("logs/emperor.log")).Length, 1, 65536);
        Assert.InRange(new FileInfo(emperor.InHome("logs/emperor.log.1")).Length, 1, 65536);
        Assert.Equal((int)emperor.Uid, FileOwner(emperor.InHome("logs/emperor.log")));
        await emperor.StopAsync();

        // A link in the log's place is not written through: nothing is logged.
        var target = emperor.Folder.File("target");
        File.WriteAllText(target, "");
        File.SetUnixFileMode(target, (UnixFileMode)0x1B6);
        File.Delete(emperor.InHome("logs/emperor.log"));
        File.CreateSymbolicLink(emperor.InHome("logs/emperor.log"), target);
        File.Delete(emperor.InHome("run/stats.sock"));
        await emperor.StartEmperorAsync(async () => File.Exists(emperor.InHome("run/stats.sock")) && (await emperor.StatsAsync()).GetProperty("lost_log_lines").GetInt32() > 0);
        Assert.Equal("", File.ReadAllText(target));
    }

    [SkippableFact]
    public async Task Children_ManyAndAgain_AllBecomeTheirPrograms()
    {
        var (vassals, rounds) = (20, RouterEnvironment.IsLong ? 100 : 5);
        await using var emperor = await EmperorEnvironment.StartAsync();
        for (var round = 1; round <= rounds; round++)
        {
            for (var i = 0; i < vassals; i++)
            {
                emperor.WriteVassal($"v{i}.ini", $"[program]\nexec = sh -c 'exit 7'\nrestart = never\nenv = ROUND={round}\n");
            }

            var expected = round * vassals;
            await Eventually.TrueAsync(() => Task.FromResult(emperor.Log.Split("has exited with 7").Length - 1 == expected), $"{expected} programs have run. Log: {emperor.Log}", 120);
        }

        Assert.DoesNotContain("cannot be started", emperor.Log, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Emperor_AtRestWithAKey_TakesLessThanEightMebibytes()
    {
        await using var emperor = new EmperorEnvironment(static settings => settings["SubscriptionKeyFile"] = settings["Home"]!.GetValue<string>() + "/etc/uwsgi.key");
        using var key = System.Security.Cryptography.RSA.Create(2048);
        emperor.Write("etc/uwsgi.key", key.ExportRSAPrivateKeyPem());
        await emperor.StartEmperorAsync();
        await Eventually.TrueAsync(
            () => Task.FromResult(int.Parse(EmperorEnvironment.Status(emperor.ProcessId, "VmRSS").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) <= 8192),
            $"it settles, at {EmperorEnvironment.Status(emperor.ProcessId, "VmRSS")}",
            60);
    }

    [SkippableFact]
    public async Task Signals_OfTheDaemon_AreObeyed()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("app.ini", VassalTests.Ini("app"));
        await emperor.VassalIsAsync("app.ini", static vassal => vassal.GetProperty("accepting").GetInt32() == 1, "accepts");
        emperor.Signal("USR1");
        await emperor.LoggedAsync("app.ini: pid ");
        emperor.Signal("HUP");
        await emperor.VassalIsAsync("app.ini", static vassal => vassal.GetProperty("respawns").GetInt32() == 1, "was reloaded");
        emperor.Signal("URG");
        emperor.Signal("WINCH");
        Assert.Equal(0, await emperor.StopAsync());
    }

    private static int FileOwner(string path)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%u", path]) { RedirectStandardOutput = true })!;
        return int.Parse(stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
