namespace UwsgiIt.Router.Hosting;

/// <summary>The command line.</summary>
internal static class RouterArguments
{
    public const string Usage = """
        Usage: uwsgiit-router [--config FILE] [--check-config] [--Section:Setting VALUE]...
          --config FILE       settings, JSON; default /etc/uwsgiit/router.json, with drop-ins in router.d/*.json beside it
          --check-config      report every fault of the settings and exit: 0 good, 78 faulty
          --Section:Setting   one setting, for example --Listener:Endpoints:0:Address 127.0.0.1:8080
          --version, --help
        The environment works too: UWSGIIT_ROUTER__Registry__Tolerance=00:00:17
        """;

    public static ProgramArguments Parse(string[] args) => ProgramArguments.Parse(args, RouterConfiguration.DefaultFile);
}
