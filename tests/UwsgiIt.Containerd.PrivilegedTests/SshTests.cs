using System.Security.Cryptography;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>Customers enter by the host's own OpenSSH and are inside their container, whatever they ask for.</summary>
public sealed class SshTests
{
    private const string HostSecret = "of the host";

    [SkippableFact]
    public async Task Ssh_RunsCommandsAndShells_InsideTheContainer()
    {
        await using var host = await SshServer.StartHostAsync();
        var server = await StartAsync(host);

        // A command: its output, its errors, its exit status; it is the customer, in the container, with a clean environment.
        var (code, output) = await server.RunAsync("hostname; id -u; id -un; pwd; echo wrong >&2; exit 7");
        Assert.True(code == 7, $"{code} {output} {server.Log()}");
        Assert.Equal(["/containers/30001", "30001", "30001", "test-30001", "wrong"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.Equal(128 + 9, (await server.RunAsync("kill -9 $$")).Code);
        (_, output) = await server.RunAsync("readlink /proc/self/ns/mnt; readlink /proc/self/ns/pid");
        Assert.DoesNotContain(new FileInfo("/proc/self/ns/mnt").LinkTarget!, output, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", (await server.RunAsync("grep Seccomp: /proc/self/status")).Output, StringComparison.Ordinal);
        (_, output) = await server.RunAsync("-oSendEnv=LC_TEST", "env");
        Assert.Contains("HOME=/containers/30001", output, StringComparison.Ordinal);
        Assert.Contains("SSH_CONNECTION=127.0.0.1", output, StringComparison.Ordinal);
        Assert.DoesNotContain("SSH_ORIGINAL_COMMAND=/usr", output, StringComparison.Ordinal);

        // A terminal: the container's own, with the client's size; and a login shell.
        (code, output) = await server.OnTerminalAsync(33, 101, "tty; stty size; test -t 0 && test -t 1 && echo all; exit 5");
        Assert.True(code == 5 && output.Contains("/dev/pts/", StringComparison.Ordinal) && output.Contains("33 101", StringComparison.Ordinal) && output.Contains("all", StringComparison.Ordinal), $"{code} {output}");

        // Who is there, in the container's own list; nobody once the session is over, and nobody in the neighbour's.
        (code, output) = await server.OnTerminalAsync(25, 80, "until who | grep -q pts; do sleep 0.1; done; who");
        Assert.True(code == 0, output);
        Assert.Matches(@"30001 +pts/\d+ .*\(127\.0\.0\.1\)", output);
        Assert.Equal((0, ""), await server.RunAsync("who"));
        Assert.False(File.Exists(host.Home("run/utmp", 30_002)));

        // The client's end is the session's end.
        using (var client = server.Open("echo $$; exec sleep 6543"))
        {
            await Eventually.TrueAsync(() => Task.FromResult(Sleepers() == 1), $"the session runs; {client.Output}", 60);
            client.Signal("KILL");
            await Eventually.TrueAsync(() => Task.FromResult(Sleepers() == 0), "what the session ran has ended", 60);
        }

        // The customer's own shell files are read inside.
        host.WriteHome(".bashrc", "echo host > /tmp/from-bashrc\n");
        await server.RunAsync("true");
        Assert.False(File.Exists("/tmp/from-bashrc"));
    }

    [SkippableFact]
    public async Task Scp_Sftp_AndRsync_WorkInside_AndSeeNothingOfTheHost()
    {
        await using var host = await SshServer.StartHostAsync();
        var server = await StartAsync(host);
        var secret = host.Folder.File("secret");
        File.WriteAllText(secret, HostSecret);
        var content = RandomNumberGenerator.GetBytes(3_000_000);
        File.WriteAllBytes(host.Folder.File("big"), content);

        Assert.Equal((0, ""), await server.CopyAsync("scp", host.Folder.File("big"), "remote:big"));
        Assert.Equal(content, File.ReadAllBytes(host.Home("big")));
        Assert.Equal(ContainerHost.FirstUid, Owner(host.Home("big")));
        Assert.Equal((0, ""), await server.CopyAsync("scp", "remote:big", host.Folder.File("back")));
        Assert.Equal(content, File.ReadAllBytes(host.Folder.File("back")));
        Assert.Equal((0, ""), await server.CopyAsync("scp", "-O", host.Folder.File("big"), "remote:big2"));
        Assert.Equal(content, File.ReadAllBytes(host.Home("big2")));

        File.WriteAllText(host.Folder.File("batch"), $"pwd\nput {host.Folder.File("big")} sent\nget sent {host.Folder.File("got")}\nls /containers\nls /etc/ssh\n");
        var (code, output) = await server.CopyAsync("sftp", "-b", host.Folder.File("batch"), "remote:");
        Assert.Contains("Remote working directory: /containers/30001", output, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(host.Folder.File("got")));
        Assert.DoesNotContain("30002", output, StringComparison.Ordinal);
        Assert.DoesNotContain("sshd_config", output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await server.CopyAsync("scp", "remote:" + secret, host.Folder.File("stolen"))).Code);
        Assert.False(File.Exists(host.Folder.File("stolen")), $"{code}");

        Directory.CreateDirectory(host.Folder.File("tree/below"));
        File.WriteAllText(host.Folder.File("tree/below/file"), "synchronised");
        (code, output) = await server.SynchroniseAsync("-a", "--no-owner", "--no-group", host.Folder.File("tree") + "/", "remote:tree/");
        Assert.True(code == 0, output);
        Assert.Equal("synchronised", File.ReadAllText(host.Home("tree/below/file")));
        Assert.NotEqual(0, (await server.SynchroniseAsync("-a", "remote:" + secret, host.Folder.File("stolen"))).Code);
    }

    [SkippableFact]
    public async Task Ssh_ForwardsNothing_AndLetsNobodyElseIn()
    {
        await using var host = await SshServer.StartHostAsync();
        var server = await StartAsync(host);

        // The daemon's own port on the host's loopback, and a port that would listen on the host.
        Assert.Equal(200, await ContainerHost.StatusAsync($"http://{host.Admin}/healthz"));
        Assert.NotEqual(0, (await server.RunAsync("-W" + host.Admin)).Code);
        Assert.NotEqual(0, (await server.RunAsync("-oExitOnForwardFailure=yes", $"-R{ContainerHost.FreePort()}:{host.Admin}", "true")).Code);
        Assert.NotEqual(0, (await server.RunAsync("-oExitOnForwardFailure=yes", $"-R{host.Folder.File("listening")}:{host.Admin}", "true")).Code);
        Assert.DoesNotContain("SSH_AUTH_SOCK", (await server.RunAsync("-A", "env")).Output, StringComparison.Ordinal);

        // Others: another key, another container, names that only look like a uid, a number that nobody has.
        foreach (var (user, key) in new[] { ("30001", "other_key"), ("30002", "key"), ("30001x", "key"), ("030001", "key"), ("30777", "key"), ("nobody", "key") })
        {
            var (code, output) = await server.RunAsAsync(user, key, "hostname");
            Assert.True(code == 255 && output.Contains("Permission denied", StringComparison.Ordinal), $"{user} {key}: {code} {output}");
        }

        Assert.Equal((0, "test-30002"), await server.RunAsAsync("30002", "other_key", "hostname"));

        // The session socket is everybody's; the kernel says who asks.
        var intruder = host.Inside("setpriv", "--reuid=30002", "--regid=30002", "--clear-groups", "/usr/lib/uwsgiit/uwsgiit-relay", "session", "30001", "--", "id");
        Assert.Equal(1, await intruder.WaitAsync(60));
        intruder.Process.WaitForExit();
        Assert.Contains("this container is not yours", intruder.Output, StringComparison.Ordinal);

        // A container that is stopped, and a key that was taken away.
        Assert.Equal(202, await host.PostAsync("/containers/30001/stop"));
        await Eventually.TrueAsync(async () => await host.PhaseAsync() == "stopped", "it is stopped", 60);
        var (refused, reason) = await server.RunAsync("hostname");
        Assert.True(refused == 1 && reason.Contains("still booting", StringComparison.Ordinal), $"{refused} {reason}");
        Assert.Equal(202, await host.PostAsync("/containers/30001/start"));
        await host.RunningAsync();
        Assert.Equal(0, (await server.RunAsync("true")).Code);
        Define(host, ContainerHost.FirstUid, "other_key");
        await Eventually.TrueAsync(async () => (await server.RunAsync("true")).Code == 255, "the old key is refused", 60);
    }

    private static async Task<SshServer> StartAsync(ContainerHost host)
    {
        var server = await SshServer.StartAsync(host);
        Define(host, ContainerHost.FirstUid, "key");
        Define(host, 30_002, "other_key");
        await host.RunningAsync();
        await host.RunningAsync(30_002);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(host.Folder.File("extrausers/passwd")) && File.ReadAllText(host.Folder.File("extrausers/passwd")).Contains("30002", StringComparison.Ordinal)), "the users are written", 60);
        return server;
    }

    private static void Define(ContainerHost host, uint uid, string key) => host.Define(uid, definition =>
    {
        definition["distro"] = Programs.LanguageDistro;
        definition["ssh_keys"] = new System.Text.Json.Nodes.JsonArray(File.ReadAllText(host.Folder.File(key + ".pub")).Trim());
    });

    private static int Sleepers() => Directory.EnumerateDirectories("/proc").Count(static path =>
    {
        try
        {
            return File.ReadAllText(path + "/cmdline").StartsWith("sleep\06543\0", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    });

    private static uint Owner(string path)
    {
        Assert.True(UwsgiIt.Linux.SafePath.TryOpen(path, true, out var handle, out _));
        using (handle)
        {
            return UwsgiIt.Linux.SafePath.Stat(handle).UserId;
        }
    }
}
