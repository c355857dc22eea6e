namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>Defects of the original that must not come back, by their numbers in the contract.</summary>
public sealed class DefectTests
{
    [SkippableFact]
    public async Task D1_LinksInTheHome_AreNeitherFollowedNorGivenAway()
    {
        await using var host = await ContainerHost.StartAsync();
        var outside = host.Folder.File("outside");
        Directory.CreateDirectory(outside);
        File.WriteAllText(outside + "/secret", "host");
        host.Define();
        await host.RunningAsync();
        await StopAsync(host);
        foreach (var (name, target) in new[] { ("etc/hosts", "/secret"), ("etc/hostname", "/secret"), ("etc/uwsgi.key", "/secret"), ("logs/emperor.log", "/secret") })
        {
            File.Delete(host.Home(name));
            File.CreateSymbolicLink(host.Home(name), outside + target);
        }

        await host.PostAsync("/containers/30001/start");
        await host.RunningAsync();
        Assert.Equal("host", File.ReadAllText(outside + "/secret"));
        Assert.Equal(0u, UwsgiIt.Linux.SafePath.TryOpen(outside + "/secret", true, out var handle, out _) ? UwsgiIt.Linux.SafePath.Stat(handle).UserId : uint.MaxValue);
        handle!.Dispose();
        Assert.Null(new FileInfo(host.Home("etc/uwsgi.key")).LinkTarget);

        // A directory that is a link is refused; the rest of the host does not notice.
        await StopAsync(host);
        Directory.Delete(host.Home("logs"), recursive: true);
        Directory.CreateSymbolicLink(host.Home("logs"), outside);
        await host.PostAsync("/containers/30001/start");
        await Eventually.TrueAsync(async () => await host.PhaseAsync() == "failed", "it is refused", 60);
        Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [SkippableFact]
    public async Task D1_I23_NamesExchangedDuringStarts_ReachNothingOutside()
    {
        await using var host = await ContainerHost.StartAsync();
        var outside = host.Folder.File("outside");
        Directory.CreateDirectory(outside);
        File.WriteAllText(outside + "/hosts", "host");
        File.SetUnixFileMode(host.Folder.Path, (UnixFileMode)0x1C9);
        File.SetUnixFileMode(host.Folder.File("containers"), (UnixFileMode)0x1ED);
        host.Define();
        await host.RunningAsync();

        // As the customer, from the host's side: directories become links and back, as fast as it goes.
        using var swapper = new ChildProcess("setpriv", ["--reuid=30001", "--regid=30001", "--clear-groups", "perl", "-e", $$"""
            chdir "{{host.Home()}}" or die;
            while (1) {
                for $name ("etc", "logs", "run", "tmp", "vassals") {
                    symlink "{{outside}}", "$name.link";
                    rename($name, "$name.real") && rename("$name.link", $name) && rename($name, "$name.link") && rename("$name.real", $name);
                }
            }
            """]);
        for (var round = 0; round < (ContainerHost.IsLong ? 1000 : 30); round++)
        {
            var pid = await host.PhaseAsync() == "running" ? await host.PidAsync() : 0;
            await host.PostAsync("/containers/30001/restart");
            await Eventually.TrueAsync(async () => await host.PhaseAsync() is "failed" || (await host.PhaseAsync() is "running" && await host.PidAsync() != pid), "it has started or was refused", 60);
        }

        Assert.False(swapper.Process.HasExited, swapper.Output);
        Assert.Equal("host", File.ReadAllText(outside + "/hosts"));
        Assert.Equal(["hosts"], Directory.EnumerateFileSystemEntries(outside).Select(Path.GetFileName));
        Assert.True(UwsgiIt.Linux.SafePath.TryOpen(outside, true, out var handle, out _));
        Assert.Equal(0u, UwsgiIt.Linux.SafePath.Stat(handle).UserId);
        handle.Dispose();
    }

    [SkippableFact]
    public async Task D2_D3_NothingAboutLoginsLiesInAHome_AndOnlyTheOwnerEnters()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define(change: static definition => definition["ssh_keys"] = new System.Text.Json.Nodes.JsonArray("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f test"));
        host.Define(30_002);
        await host.RunningAsync();
        await host.RunningAsync(30_002);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(host.RuntimeDirectory + "/keys/30001") && File.ReadAllText(host.RuntimeDirectory + "/keys/30001").StartsWith("ssh-ed25519 ", StringComparison.Ordinal)), "the keys are there", 60);
        Assert.False(Directory.Exists(host.Home(".ssh")));

        // The relay as another customer: refused by the kernel's word about who asks.
        File.SetUnixFileMode(host.Folder.Path, (UnixFileMode)0x1C9);
        File.SetUnixFileMode(host.RuntimeDirectory, (UnixFileMode)0x1ED);
        var (code, output) = await AskAsync(host, 30_002, 30_001);
        Assert.True(code != 0 && output.Contains("not yours", StringComparison.Ordinal), output);
        (code, output) = await AskAsync(host, 30_001, 30_001);
        Assert.True(output.Contains("pipes or sockets", StringComparison.Ordinal), output);
    }

    [SkippableFact]
    public async Task D4_ARcLocal_HoldsNoDescriptorOfTheHosts()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        await host.RunningAsync();
        await StopAsync(host);
        host.WriteHome("etc/rc.local", "ls -l /proc/self/fd > ~/fds.new; pwd >> ~/fds.new; mv ~/fds.new ~/fds\n");
        await host.PostAsync("/containers/30001/start");
        await host.RunningAsync();
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(host.Home("fds"))), "rc.local has run", 60);
        var descriptors = File.ReadAllLines(host.Home("fds")).Where(static line => line.Contains(" -> ", StringComparison.Ordinal)).Select(static line => line[(line.IndexOf(" -> ", StringComparison.Ordinal) + 4)..]).ToList();
        Assert.All(descriptors, static target => Assert.True(target == "/dev/null" || target.StartsWith("/containers/30001/", StringComparison.Ordinal) || target.StartsWith("/proc/", StringComparison.Ordinal) || target.StartsWith("pipe:", StringComparison.Ordinal), target));
    }

    /// <summary>What an api says is data wherever it goes: host name, users, mount points, logs; never a line of a file, an option or a word of a shell.</summary>
    [SkippableFact]
    public async Task D12_TextThatWouldBeCommands_IsText()
    {
        await using var host = await ContainerHost.StartAsync(static settings => settings["Login"] = new System.Text.Json.Nodes.JsonObject { ["ExtrausersDirectory"] = Path.GetDirectoryName((string)settings["Path"]!["StateDirectory"]!) + "/extrausers" });
        Directory.CreateDirectory(host.Folder.File("extrausers"));
        var proof = host.Folder.File("proof");
        var hostile = $"$(touch {proof}); `touch {proof}` | touch {proof} ; -x :0:0:root:/root:/bin/sh ' \"";
        host.Define(change: definition =>
        {
            definition["name"] = hostile;
            definition["ssh_keys"] = new System.Text.Json.Nodes.JsonArray($"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f {hostile}");
        });
        await host.RunningAsync();
        var (code, output) = await host.ShellAsync("hostname");
        Assert.True(code == 0 && output.Trim().Length is > 0 and <= 64 && output.Trim().All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'), output);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(host.Folder.File("extrausers/passwd")) && File.ReadAllText(host.Folder.File("extrausers/passwd")).StartsWith("30001:", StringComparison.Ordinal)), "the user is written", 60);
        var fields = Assert.Single(File.ReadAllLines(host.Folder.File("extrausers/passwd"))).Split(':');
        Assert.Equal((7, "30001", "30001", "/containers/30001"), (fields.Length, fields[2], fields[3], fields[5]));
        Assert.DoesNotContain("/bin/sh", fields[6], StringComparison.Ordinal);
        Assert.Single(File.ReadAllLines(host.RuntimeDirectory + "/keys/30001"));
        Assert.False(File.Exists(proof));
    }

    /// <summary>Keys and tokens: in files of root's that root alone reads, in the container where they belong, and in nothing that tells of it.</summary>
    [SkippableFact]
    public async Task D16_Secrets_AreReadByRootAndTheirOwnerOnly_AndNeverTold()
    {
        const string Token = "T0000SECRET0000B1234";
        await using var host = await ContainerHost.StartAsync();
        File.SetUnixFileMode(host.Folder.File("definitions"), (UnixFileMode)0x1C0);
        host.Define(change: static definition => definition["alarms"] = new System.Text.Json.Nodes.JsonObject { ["webhook"] = "https://hooks.example.com/" + Token, ["slack_webhook"] = "https://hooks.slack.com/services/" + Token });
        await host.RunningAsync();
        var secret = File.ReadAllLines(host.Home("etc/uwsgi.key"))[3];
        Assert.Equal((UnixFileMode)0x100, File.GetUnixFileMode(host.Home("etc/uwsgi.key")));
        var found = 0;
        foreach (var folder in (string[])["state", "run"])
        {
            foreach (var file in Directory.EnumerateFiles(host.Folder.File(folder), "*", SearchOption.AllDirectories).Where(static file => (File.GetUnixFileMode(file) & (UnixFileMode)0x3F) != 0 || file.EndsWith(".json", StringComparison.Ordinal)))
            {
                if (IsPlain(file) && Path.GetFileName(file) != "lock" && File.ReadAllText(file) is var text && (text.Contains(Token, StringComparison.Ordinal) || text.Contains(secret, StringComparison.Ordinal)))
                {
                    found++;
                    Assert.True(File.GetUnixFileMode(file) == (UnixFileMode)0x180, $"{file} has mode {File.GetUnixFileMode(file)}");
                }
            }
        }

        Assert.True(found > 0, "the record holds the definition");
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(host.Folder.File("state")));

        // What is told: stats, events, metrics, the daemon's output, the command lines of its processes and the environment of the customer's.
        var (_, inside) = await host.ShellAsync("env; cat /proc/self/environ; cat ~/logs/emperor.log");
        using var client = new HttpClient();
        foreach (var told in new[] { (await host.StatsAsync()).ToString(), await host.EventsAsync(), await client.GetStringAsync(new Uri($"http://{host.Admin}/metrics")), host.Daemon.Output, inside, File.ReadAllText($"/proc/{await host.PidAsync()}/cmdline"), File.ReadAllText($"/proc/{await host.PidAsync()}/environ") })
        {
            Assert.DoesNotContain(Token, told, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, told, StringComparison.Ordinal);
        }

        static bool IsPlain(string file) => UwsgiIt.Linux.SafePath.TryOpen(file, true, out var handle, out _) && UwsgiIt.Linux.SafePath.Stat(handle) is { IsRegularFile: true, Size: < 1 << 20 };
    }

    private static async Task StopAsync(ContainerHost host)
    {
        await host.PostAsync("/containers/30001/stop");
        await Eventually.TrueAsync(async () => await host.PhaseAsync() == "stopped", "it is stopped", 60);
    }

    /// <summary>Sends a request as a uid, with no descriptors, and reads the answer.</summary>
    private static async Task<(int Code, string Output)> AskAsync(ContainerHost host, uint caller, uint uid)
    {
        using var client = new ChildProcess("setpriv", [$"--reuid={caller}", $"--regid={caller}", "--clear-groups", "perl", "-e", $$"""
            use Socket;
            my $s;
            socket($s, AF_UNIX, SOCK_SEQPACKET, 0) && connect($s, pack_sockaddr_un("{{host.RuntimeDirectory}}/session.sock")) or die;
            send($s, '{"uid": {{uid}}, "arguments": ["id"]}', 0);
            recv($s, my $answer, 4096, 0);
            print $answer;
            exit($answer =~ /fault/ ? 1 : 0);
            """]);
        var code = await client.WaitAsync(60);
        client.Process.WaitForExit();
        return (code, client.Output);
    }
}
