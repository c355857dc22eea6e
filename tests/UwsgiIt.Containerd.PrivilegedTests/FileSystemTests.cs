using System.Text.Json.Nodes;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>Images and distros of customers.</summary>
public sealed class FileSystemTests
{
    [SkippableFact]
    public async Task Loopbox_IsMountedInsideOnly_WithoutSetUserIdBitsAndDevices_AndALinkIsNot()
    {
        Skip.IfNot(File.Exists("/dev/loop-control"), "no loop devices");
        await using var host = await ContainerHost.StartAsync(static settings => settings["Loopbox"] = new JsonObject { ["Enabled"] = true, ["Interval"] = "00:00:00.2" });
        host.Define();
        await host.RunningAsync();
        var outside = host.Folder.File("outside.img");
        foreach (var image in new[] { host.Home("box.img"), outside })
        {
            ContainerHost.Shell("truncate", "-s", "8M", image);
            ContainerHost.Shell("mkfs.ext4", "-q", "-F", image);
        }

        ContainerHost.Chown(host.Home("box.img"), ContainerHost.FirstUid);
        File.CreateSymbolicLink(host.Home("link.img"), outside);
        await host.ShellAsync("mkdir -p ~/box ~/link");
        host.Define(change: static definition => definition["loopboxes"] = new JsonArray(
            new JsonObject { ["id"] = 1, ["filename"] = "box.img", ["mountpoint"] = "box" }, new JsonObject { ["id"] = 2, ["filename"] = "link.img", ["mountpoint"] = "link" }));
        await Eventually.TrueAsync(async () => (await host.ShellAsync("grep ' /containers/30001/box ' /proc/mounts")).Output.Contains("nosuid,nodev", StringComparison.Ordinal), "the image is mounted", 60);
        var (code, output) = await host.ShellAsync("echo kept > ~/box/file && cat ~/box/file; grep -c /containers/30001/link /proc/mounts");
        Assert.Equal("kept\n0", output.Trim().ReplaceLineEndings("\n"));
        Assert.DoesNotContain(File.ReadLines($"/proc/{host.Daemon.ProgramId}/mountinfo"), static line => line.Contains("/containers/30001/box", StringComparison.Ordinal));
        Assert.Equal(1, code);

        // An image that its owner made longer is mounted anew, and what is in it is kept; one that was cut off is not mounted any more.
        await host.ShellAsync("truncate -s 12M ~/box.img");
        await Eventually.TrueAsync(async () => await DeviceBytesAsync(host) == 12 << 20, "the longer image is mounted", 60);
        Assert.Equal("kept", (await host.ShellAsync("cat ~/box/file")).Output.Trim());
        await host.ShellAsync("truncate -s 4M ~/box.img");
        await Eventually.TrueAsync(async () => await DeviceBytesAsync(host) is null, "the shorter image is unmounted", 60);
        await host.ShellAsync("truncate -s 12M ~/box.img");
        await Eventually.TrueAsync(async () => await DeviceBytesAsync(host) is not null, "it is whole again, and mounted", 60);

        host.Define();
        await Eventually.TrueAsync(async () => !(await host.ShellAsync("cat /proc/mounts")).Output.Contains("/containers/30001/box ", StringComparison.Ordinal), "it is unmounted", 60);
        host.Remove();
        await Eventually.TrueAsync(async () => await host.ContainerAsync() is null, "the container is gone", 60);
        Assert.DoesNotContain(Directory.EnumerateDirectories("/sys/block", "loop*"), device => File.Exists(device + "/loop/backing_file") && File.ReadAllText(device + "/loop/backing_file").Contains(host.Folder.Path, StringComparison.Ordinal));
    }

    /// <summary>Of the loop device at the mount point; null when nothing is mounted there.</summary>
    private static async Task<long?> DeviceBytesAsync(ContainerHost host)
    {
        var (_, output) = await host.ShellAsync("grep ' /containers/30001/box ' /proc/mounts");
        return output.Split(' ') is [var device, ..] && device.StartsWith("/dev/loop", StringComparison.Ordinal) ? long.Parse(File.ReadAllText($"/sys/class/block/{Path.GetFileName(device)}/size"), System.Globalization.CultureInfo.InvariantCulture) * 512 : null;
    }

    [SkippableFact]
    public async Task CustomDistro_IsTheContainersRoot_ReadOnly_AndAMissingOneStartsNothing()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define(30_002, static definition => definition["custom_distros_storage"] = true);
        await host.RunningAsync(30_002);
        ContainerHost.Shell("cp", "-a", Programs.Distros + "/debian-12", host.Home("distros/mine", 30_002));
        File.WriteAllText(host.Home("distros/mine/etc/motd", 30_002), "my own");
        host.Define(change: static definition =>
        {
            definition.Remove("distro");
            definition["custom_distro"] = new JsonObject { ["store"] = 30_002, ["path"] = "mine" };
        });
        await host.RunningAsync();
        var (_, output) = await host.ShellAsync("cat /etc/motd; touch /etc/x 2>&1");
        Assert.Contains("my own", output, StringComparison.Ordinal);
        Assert.Contains("Read-only", output, StringComparison.Ordinal);
        host.Define(change: static definition =>
        {
            definition.Remove("distro");
            definition["custom_distro"] = new JsonObject { ["store"] = 30_002, ["path"] = "another" };
        });
        await Eventually.TrueAsync(async () => await host.PhaseAsync() == "failed", "a missing distro starts nothing", 60);
    }
}
