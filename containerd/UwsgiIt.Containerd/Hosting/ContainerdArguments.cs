namespace UwsgiIt.Containerd.Hosting;

/// <summary>The command line.</summary>
internal static class ContainerdArguments
{
    /// <summary>The distro to prepare instead of working.</summary>
    public const string PrepareDistro = "--prepare-distro";

    public const string Usage = """
        Usage: uwsgiit-containerd [--config FILE] [--check-config] [--Section:Setting VALUE]...
          --config FILE       settings, JSON; default /etc/uwsgiit/containerd.json, with drop-ins in containerd.d/*.json beside it
          --check-config      report every fault of the settings and exit: 0 good, 78 faulty
          --Section:Setting   one setting, for example --Quota:Backend none
          --prepare-distro D  make directory D fit for containers to start from, and exit
          --version, --help
        The environment works too: UWSGIIT_CONTAINERD__Path__ContainersRoot=/containers
        """;

    public static ProgramArguments Parse(string[] args) => ProgramArguments.Parse(args, ContainerdConfiguration.DefaultFile, PrepareDistro);
}
