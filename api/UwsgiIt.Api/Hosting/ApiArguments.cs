namespace UwsgiIt.Api.Hosting;

/// <summary>The command line.</summary>
internal static class ApiArguments
{
    public const string Usage = """
        Usage: uwsgiit-api [--config FILE] [--check-config] [--Section:Setting VALUE]...
          --config FILE       settings, JSON; default /etc/uwsgiit/api.json, with drop-ins in api.d/*.json beside it
          --check-config      report every fault of the settings and exit: 0 good, 78 faulty
          --Section:Setting   one setting, for example --Storage:Directory /srv/uwsgiit
          --version, --help
        The environment works too: UWSGIIT_API__Storage__Provider=PostgreSql
        """;

    public static ProgramArguments Parse(string[] args) => ProgramArguments.Parse(args, ApiConfiguration.DefaultFile);
}
