using System.Net.Sockets;
using UwsgiIt.Router.FunctionalTests;

namespace UwsgiIt.Emperor.FunctionalTests;

/// <summary>What happens to vassals beside starts and stops.</summary>
public sealed class LifeTests
{
    [SkippableFact]
    public async Task Master_KilledFromOutside_ComesBackThoughItsWorkersHeldItsSocket()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("app.ini", VassalTests.Ini("app") + "processes = 3\n");
        await emperor.VassalIsAsync("app.ini", static vassal => vassal.GetProperty("accepting").GetInt32() == 1, "accepts");
        var master = Assert.Single(EmperorEnvironment.Children(emperor.ProcessId));
        var workers = EmperorEnvironment.Children(master);
        Assert.Equal(3, workers.Length);
        using (var kill = System.Diagnostics.Process.Start("kill", ["-s", "KILL", $"{master}"]))
        {
            await kill.WaitForExitAsync();
        }

        await emperor.LoggedAsync("app.ini was ended by signal 9");
        await emperor.LoggedAsync("app.ini started", times: 2);
        await emperor.VassalIsAsync("app.ini", static vassal => vassal.GetProperty("accepting").GetInt32() == 1, "accepts again");
        await Eventually.TrueAsync(() => Task.FromResult(!workers.Any(static worker => Directory.Exists($"/proc/{worker}"))), "the old workers are gone", 60);
    }

    [SkippableFact]
    public async Task UwsgisOwnDaemonsAndCron_RunAsInTheOriginal()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("app.ini", VassalTests.Ini("app") + $"attach-daemon2 = cmd=sh -c 'echo attached as $(id -u); exec sleep 987654'\ncron2 = minute=-1,unique=1 echo cron2 of uwsgi\n");
        await emperor.LoggedAsync($"attached as {emperor.Uid}");
        await emperor.LoggedAsync("cron2 of uwsgi", seconds: 130);
        Assert.NotEmpty(Running("987654"));
        emperor.RemoveVassal("app.ini");
        await emperor.VassalIsGoneAsync("app.ini");
        await Eventually.TrueAsync(static () => Task.FromResult(Running("987654").Count == 0), "the daemon went with its vassal", 60);
    }

    [SkippableFact]
    public async Task NoFollow_CountsTheLinksOwnTime()
    {
        await using var emperor = new EmperorEnvironment(static settings => settings["NoFollow"] = true);
        emperor.Write("target.txt", "[program]\nexec = sleep 1000\n");
        File.CreateSymbolicLink(emperor.InHome("vassals/link.ini"), emperor.InHome("target.txt"));
        await emperor.StartEmperorAsync();
        await emperor.VassalIsAsync("link.ini", static vassal => vassal.GetProperty("pid").GetInt32() > 1, "runs");

        // Another vassal tells when a scan has been.
        File.SetLastWriteTimeUtc(emperor.InHome("target.txt"), DateTime.UtcNow.AddHours(1));
        emperor.WriteVassal("second.ini", "[program]\nexec = sleep 1000\n");
        await emperor.LoggedAsync("second.ini started");
        Assert.DoesNotContain("link.ini has changed", emperor.Log, StringComparison.Ordinal);
        using (var touch = System.Diagnostics.Process.Start("touch", ["-h", emperor.InHome("vassals/link.ini")]))
        {
            await touch.WaitForExitAsync();
        }

        await emperor.LoggedAsync("link.ini has changed");
    }

    [SkippableFact]
    public async Task VassalDirectory_ReplacedAsAWhole_IsFollowed()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("old.ini", "[program]\nexec = sleep 1000\n");
        await emperor.VassalIsAsync("old.ini", static vassal => vassal.GetProperty("pid").GetInt32() > 1, "runs");
        Directory.Move(emperor.InHome("vassals"), emperor.InHome("vassals.old"));
        Directory.CreateDirectory(emperor.InHome("vassals"));
        emperor.WriteVassal("new.ini", "[program]\nexec = sleep 1000\n");
        await emperor.VassalIsAsync("new.ini", static vassal => vassal.GetProperty("pid").GetInt32() > 1, "runs");
        await emperor.VassalIsGoneAsync("old.ini");
    }

    [SkippableFact]
    public async Task Stats_UnderManyReadersWhoDoNotRead_AreThereForOthers()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        var idle = new List<Socket>();
        try
        {
            for (var i = 0; i < 40; i++)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(emperor.InHome("run/stats.sock")));
                idle.Add(socket);
            }

            Assert.Equal(1, (await emperor.StatsAsync()).GetProperty("pid").GetInt32());
        }
        finally
        {
            idle.ForEach(static socket => socket.Dispose());
        }
    }

    /// <summary>Processes whose command line has this word.</summary>
    private static List<string> Running(string word) =>
        [.. Directory.GetDirectories("/proc").Where(static path => char.IsDigit(Path.GetFileName(path)[0])).Where(path =>
        {
            try
            {
                return File.ReadAllText(path + "/cmdline").Split('\0').Contains(word);
            }
            catch (IOException)
            {
                return false;
            }
        })];
}
