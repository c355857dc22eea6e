using System.Diagnostics;
using System.Globalization;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Containerd.Quotas;

/// <summary>An ext4 image of fixed size for each home, made by the host's own mkfs; full is full. Works on every file system.</summary>
internal sealed class ImageQuota(string containersRoot, string images) : IQuotaBackend
{
    public string Name => "image";

    public void Set(uint uid, long bytes, long inodes)
    {
        var (image, home) = ($"{images}/{uid}.img", $"{containersRoot}/{uid}");
        if (!File.Exists(image))
        {
            Make(image, bytes, inodes);
        }

        if (new FileInfo(image).Length != bytes)
        {
            throw new IOException($"{image} has {new FileInfo(image).Length} bytes, not {bytes}: stop the container and change it with truncate and resize2fs");
        }

        if (!IsMounted(home))
        {
            Mount(image, home);
        }
    }

    public QuotaUsage? Read(uint uid)
    {
        var home = $"{containersRoot}/{uid}";
        if (!IsMounted(home))
        {
            return null;
        }

        var facts = FileSystemFacts.Of(home);
        return new QuotaUsage(facts.Bytes - facts.FreeBytes, facts.Bytes, facts.Inodes - facts.FreeInodes, facts.Inodes);
    }

    /// <summary>The image stays: it is the customer's data.</summary>
    public void Forget(uint uid)
    {
        var home = $"{containersRoot}/{uid}";
        if (IsMounted(home))
        {
            MountTree.Detach(home);
        }
    }

    private void Make(string image, long bytes, long inodes)
    {
        Directory.CreateDirectory(images, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var unfinished = image + ".new";
        using (var file = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, PreallocationSize = bytes }))
        {
            file.SetLength(bytes);
        }

        var start = new ProcessStartInfo("mkfs.ext4", ["-q", "-F", "-m", "0", "-N", inodes.ToString(CultureInfo.InvariantCulture), "-E", "root_owner=0:0,nodiscard", unfinished]) { RedirectStandardError = true };
        using var maker = Process.Start(start)!;
        var problems = maker.StandardError.ReadToEnd();
        maker.WaitForExit();
        if (maker.ExitCode != 0)
        {
            File.Delete(unfinished);
            throw new IOException($"mkfs.ext4 {unfinished}: {problems.Trim()}");
        }

        File.Move(unfinished, image);
    }

    private static void Mount(string image, string home)
    {
        Directory.CreateDirectory(home);
        using var file = File.OpenHandle(image, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var (device, path) = LoopDevice.Attach(file, readOnly: false);
        using (device)
        using (var tree = MountTree.Create("ext4", MountAttributes.NoSetUserId | MountAttributes.NoDevices, ("source", path), ("errors", "remount-ro")))
        using (var place = SafeDirectory.Open(home))
        {
            tree.Attach(place.Handle, home);
        }
    }

    private static bool IsMounted(string home) => Directory.Exists(home) && FileSystemFacts.IsMountPoint(home);
}
