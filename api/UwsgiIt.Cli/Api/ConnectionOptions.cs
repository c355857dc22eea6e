using System.CommandLine;

namespace UwsgiIt.Cli.Api;

/// <summary>How to reach the api: on every command that does; the environment is the default.</summary>
internal sealed class ConnectionOptions
{
    private readonly Option<string?> _api = new("--api") { Description = "Address of the api; default $UWSGIIT_API, else the local socket.", Recursive = true };
    private readonly Option<string?> _token = new("--token") { Description = "Bearer token, or @FILE; default $UWSGIIT_TOKEN.", Recursive = true };
    private readonly Option<string?> _authority = new("--authority") { Description = "PEM file of the authority of the api's certificate; default $UWSGIIT_AUTHORITY, else the system's.", Recursive = true };
    private readonly Option<string?> _socket = new("--socket") { Description = $"The api's local socket; default {ApiConnection.DefaultSocket}.", Recursive = true };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON.", Recursive = true };

    public void AddTo(Command command)
    {
        command.Add(_api);
        command.Add(_token);
        command.Add(_authority);
        command.Add(_socket);
        command.Add(_json);
    }

    public bool WantsJson(ParseResult parsed) => parsed.GetValue(_json);

    public ApiConnection Connect(ParseResult parsed)
    {
        var token = parsed.GetValue(_token) ?? Environment.GetEnvironmentVariable("UWSGIIT_TOKEN");
        return new ApiConnection(
            parsed.GetValue(_api) ?? (parsed.GetValue(_socket) is null ? Environment.GetEnvironmentVariable("UWSGIIT_API") : null),
            token is { Length: > 1 } && token[0] == '@' ? File.ReadAllText(token[1..]).Trim() : token,
            parsed.GetValue(_authority) ?? Environment.GetEnvironmentVariable("UWSGIIT_AUTHORITY"),
            parsed.GetValue(_socket));
    }

    /// <summary>Runs a command, and tells failures in one line with an exit code of sysexits.h.</summary>
    public Task<int> RunAsync(ParseResult parsed, Func<ApiConnection, Task<int>> run) => RunAsync(parsed, Task.FromResult<string?>(null), run);

    /// <summary>The same through this socket, which may have to be made first; null: as the options say.</summary>
    public async Task<int> RunAsync(ParseResult parsed, Task<string?> socket, Func<ApiConnection, Task<int>> run)
    {
        try
        {
            using var connection = await socket is { } path ? new ApiConnection(null, null, null, path) : Connect(parsed);
            return await run(connection);
        }
        catch (UsageException e)
        {
            return Fail(e.Message, 64);
        }
        catch (ApiException e)
        {
            return Fail(e.Message, e.Status is 401 or 403 ? 77 : e.Status is 404 ? 66 : e.Status >= 500 ? 69 : 65);
        }
        catch (HttpRequestException e)
        {
            return Fail($"the api cannot be reached: {e.InnerException?.Message ?? e.Message}", 69);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            return Fail(e.Message, 66);
        }
    }

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine($"uwsgiit: {message}");
        return code;
    }
}
