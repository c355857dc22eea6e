namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>Disk use is bounded, by what this kernel can do: a fixed image, btrfs simple quota. User quota needs another kernel.</summary>
public sealed class QuotaTests
{
    private const long Storage = 160 * 1024 * 1024;

    [SkippableFact]
    public async Task Image_Full_IsFull_ForBytesAndInodes()
    {
        Skip.IfNot(File.Exists("/dev/loop-control"), "no loop devices");
        await using var host = await ContainerHost.StartAsync(static settings => settings["Quota"]!["Backend"] = "image");
        host.Define(change: static definition =>
        {
            definition["storage"] = Storage;
            definition["inodes"] = 4000;
        });
        await host.RunningAsync();
        var (_, output) = await host.ShellAsync("head -c 400000000 /dev/zero > ~/big; rm ~/big", seconds: 120);
        Assert.Contains("No space left", output, StringComparison.Ordinal);
        (_, output) = await host.ExecuteAsync(ContainerHost.FirstUid, 120, "python3", "-c", "i = 0\ntry:\n    while i < 6000: open('/containers/30001/tmp/%d' % i, 'w').close(); i += 1\nexcept OSError as e: print(i)");
        var made = int.Parse(output, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(made, 3000, 4100);
        var usage = (await host.ContainerAsync())!.Value.GetProperty("usage");
        Assert.InRange(usage.GetProperty("disk_limit").GetInt64(), Storage / 2, Storage);
        Assert.InRange(usage.GetProperty("inodes").GetInt64(), 3000, 4100);

        // The home is a mount of the host's as well, and must not outlive the container there.
        host.Remove();
        await Eventually.TrueAsync(async () => await host.ContainerAsync() is null, "it is gone", 60);
        Assert.DoesNotContain(File.ReadLines($"/proc/{host.Daemon.ProgramId}/mountinfo"), static line => line.Contains(" /containers/30001 ", StringComparison.Ordinal));
        Assert.True(File.Exists(host.Folder.File("state/images/30001.img")));
    }

    [SkippableFact]
    public async Task Btrfs_OverTheLimit_IsRefused_SubvolumesAndSnapshotsToo()
    {
        Requirements.Check();
        Skip.IfNot(File.ReadAllText("/proc/filesystems").Contains("btrfs", StringComparison.Ordinal), "the kernel has no btrfs");
        Skip.IfNot(File.Exists("/usr/sbin/mkfs.btrfs") || File.Exists("/sbin/mkfs.btrfs"), "mkfs.btrfs is not installed (btrfs-progs)");
        Skip.If(Environment.OSVersion.Version < new Version(6, 7), "simple quotas need Linux 6.7");
        var image = Path.GetTempFileName();
        try
        {
            using (var file = File.OpenWrite(image))
            {
                file.SetLength(1024L * 1024 * 1024);
            }

            ContainerHost.Shell("mkfs.btrfs", "-q", "-f", image);
            await using var host = await ContainerHost.StartAsync(static settings => settings["Quota"]!["Backend"] = "btrfs", $"mount -o loop '{image}' /containers");
            host.Define(change: static definition => definition["storage"] = Storage);
            await host.RunningAsync();
            Assert.Equal("btrfs", (await host.StatsAsync()).GetProperty("features").GetProperty("quota").GetString());
            var (code, output) = await host.ShellAsync("head -c 100000000 /dev/urandom > ~/a && sync && head -c 100000000 /dev/urandom > ~/b; sync ~/b; echo; rm -f ~/a ~/b", seconds: 120);
            Assert.True(output.Contains("quota", StringComparison.OrdinalIgnoreCase), $"{code} {output}");
            Assert.Equal(Storage, (await host.ContainerAsync())!.Value.GetProperty("usage").GetProperty("disk_limit").GetInt64());
        }
        finally
        {
            File.Delete(image);
        }
    }

    [SkippableFact]
    public async Task NoQuotaToBeHad_StartsNothing_AndSaysWhy()
    {
        await using var host = await ContainerHost.StartAsync(static settings => settings["Quota"]!["Backend"] = "user");
        Skip.If((await host.StatsAsync()).GetProperty("features").GetProperty("quota").GetString() == "user", "user quota is on here");
        host.Define();
        await Eventually.TrueAsync(async () => await host.PhaseAsync() == "failed", "the start has failed", 60);
        Assert.Contains("disk use cannot be bounded", (await host.ContainerAsync())!.Value.GetProperty("fault").GetString(), StringComparison.Ordinal);
    }
}
