namespace UwsgiIt.Containerd.Distros;

/// <summary>
/// What a root file system of the host's needs before containers can start from it: the directories that others are mounted on, and links of
/// the files that each container has its own. Run again, it changes nothing.
/// </summary>
internal static class DistroPreparation
{
    private static readonly string[] Directories = ["proc", "dev", "run", "tmp", "var/tmp", "var/log", "var/spool", "usr/local"];

    // The customer's own, in ~/etc.
    private static readonly string[] Linked = ["hosts", "hostname", "resolv.conf"];

    public static void Prepare(string distro, string containersRoot)
    {
        if (!Directory.Exists($"{distro}/usr") || !Directory.Exists($"{distro}/etc"))
        {
            throw new IOException($"{distro} is no root file system: it has no /usr or no /etc");
        }

        foreach (var name in Directories.Append(containersRoot.Trim('/')))
        {
            Directory.CreateDirectory($"{distro}/{name}");
        }

        foreach (var name in Linked)
        {
            var (path, target) = ($"{distro}/etc/{name}", $"/run/resolvconf/{name}");
            if (new FileInfo(path).LinkTarget != target)
            {
                File.Delete(path);
                File.CreateSymbolicLink(path, target);
            }
        }
    }
}
