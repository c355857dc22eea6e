using System.Globalization;
using System.Text;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;

namespace UwsgiIt.Emperor.Setup;

/// <summary>
/// Makes what a home needs, as root, below a directory that its owner can change at any moment: by descriptor, no link followed, files under new
/// names of our own and renamed into place.
/// </summary>
internal static class HomePreparation
{
    private const int Traversable = 0x1C8; // 0710: the router's group passes through to sockets
    private const int Open = 0x1ED; // 0755
    private const int Text = 0x1A4; // 0644
    private const int OwnerReads = 0x100; // 0400

    /// <summary>The home, prepared; the caller owns it.</summary>
    public static SafeDirectory Run(StartDescription description)
    {
        var uid = description.Uid;
        using var containers = SafeDirectory.OpenTrusted(description.ContainersRoot);
        var home = containers.MakeDirectory(uid.ToString(CultureInfo.InvariantCulture), uid, description.HomeGroup, Traversable);
        try
        {
            using (var run = home.MakeDirectory("run", uid, description.HomeGroup, Traversable))
            {
                foreach (var name in (string[])["spool", "shm", "php"])
                {
                    run.MakeDirectory(name, uid, uid, Open).Dispose();
                }

                // Mount points, nobody's but root's.
                foreach (var name in (string[])["resolvconf", "subscribe", "cgroup"])
                {
                    run.MakeDirectory(name, 0, 0, Open).Dispose();
                }
            }

            foreach (var name in (string[])["vassals", "tmp", "logs", "etc", .. description.StoresDistros ? ["distros"] : Array.Empty<string>()])
            {
                home.MakeDirectory(name, uid, uid, Open).Dispose();
            }

            using (var logs = home.OpenDirectory("logs"))
            {
                WriteIfAbsent(logs, "lastlog", "", uid);
            }

            using var etc = home.OpenDirectory("etc");
            WriteIfAbsent(etc, "hosts", description.Hosts, uid);
            WriteIfAbsent(etc, "resolv.conf", description.ResolvConf, uid);
            etc.MakeDirectory("nullmailer", uid, uid, Open).Dispose();
            etc.WriteFile("hostname", Encoding.UTF8.GetBytes(description.HostName + "\n"), uid, uid, Text);
            WriteOrRemove(etc, "uwsgi.key", description.PrivateKey, uid, OwnerReads);
            WriteOrRemove(etc, "uwsgi.pubkey", description.PublicKey, uid, Text);
            return home;
        }
        catch
        {
            home.Dispose();
            throw;
        }
    }

    private static void WriteIfAbsent(SafeDirectory directory, string name, string content, uint uid)
    {
        // A dangling link counts as present: it is the customer's own affair, and not followed.
        using var present = TryPlace(directory, name, out var exists);
        if (!exists)
        {
            directory.WriteFile(name, Encoding.UTF8.GetBytes(content), uid, uid, Text);
        }
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle? TryPlace(SafeDirectory directory, string name, out bool exists)
    {
        try
        {
            var place = directory.TryOpenPlace(name);
            exists = place is not null;
            return place;
        }
        catch (LinuxException e) when (e.Errno == Tmds.Linux.LibC.ELOOP)
        {
            exists = true;
            return null;
        }
    }

    private static void WriteOrRemove(SafeDirectory directory, string name, string? content, uint uid, int mode)
    {
        if (content is null)
        {
            directory.TryRemove(name);
        }
        else
        {
            directory.WriteFile(name, Encoding.UTF8.GetBytes(content), uid, uid, mode);
        }
    }
}
