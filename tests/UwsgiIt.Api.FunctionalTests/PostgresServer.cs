using System.Diagnostics;
using Npgsql;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests;

/// <summary>A PostgreSQL of our own in a temporary folder, run by an unprivileged user, on a unix socket only. One for all tests of this process.</summary>
internal static class PostgresServer
{
    private static readonly Lazy<Task<string>> Started = new(StartAsync);
    private static int _databases;
    private static Process? _process; // held, so that its input stays open

    /// <summary>Connection string of a new, empty database.</summary>
    public static async Task<string> NewDatabaseAsync()
    {
        var server = await Started.Value;
        var name = $"api{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection($"{server};Database=postgres");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return $"{server};Database={name};Maximum Pool Size=40";
    }

    private static async Task<string> StartAsync()
    {
        var bin = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(static folder => Path.Combine(folder, "bin")).LastOrDefault(static folder => File.Exists(Path.Combine(folder, "initdb"))) : null;
        Skip.If(bin is null, "PostgreSQL's server is not installed");
        var folder = Directory.CreateTempSubdirectory("uwsgiit-pg-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("0755", 8));
        var root = Environment.UserName == "root";
        if (root)
        {
            await RunAsync("chown", "postgres", folder);
        }

        var data = Path.Combine(folder, "data");
        await AsUnprivilegedAsync(root, Path.Combine(bin!, "initdb"), "-D", data, "-U", "test", "--auth=trust", "--no-locale", "-E", "UTF8");
        // The shell lives as long as our end of its standard input, however this process ends; with it goes the server.
        var start = new ProcessStartInfo("sh", ["-c", "as=$1; bin=$2; folder=$3; shift 3; $as \"$bin/postgres\" -D \"$folder/data\" -c listen_addresses= -c unix_socket_directories=\"$folder\" -c max_connections=200 -c shared_buffers=64MB >/dev/null 2>&1 & server=$!; read nothing; kill -QUIT $(head -1 \"$folder/data/postmaster.pid\"); wait $server; rm -rf \"$folder\"", "sh", root ? "runuser -u postgres --" : "", bin!, folder]) { RedirectStandardInput = true, WorkingDirectory = "/" };
        _process = Process.Start(start);
        await ConnectAsync($"Host={folder};Username=test;Database=postgres");
        return $"Host={folder};Username=test";
    }

    private static async Task ConnectAsync(string connectionString)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(deadline.Token);
                return;
            }
            catch (NpgsqlException)
            {
                Assert.False(_process!.HasExited, "PostgreSQL ended");
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static Task AsUnprivilegedAsync(bool root, string program, params string[] arguments) => root ? RunAsync("runuser", ["-u", "postgres", "--", program, .. arguments]) : RunAsync(program, arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // Output goes nowhere: a server that inherits a pipe would keep it open.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]) { WorkingDirectory = "/" })!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        await process.WaitForExitAsync(deadline.Token);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
