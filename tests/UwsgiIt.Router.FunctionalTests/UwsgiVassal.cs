using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>A real uWSGI with the python application of these tests, announcing itself to the router.</summary>
internal sealed class UwsgiVassal : IDisposable
{
    private readonly string[] _arguments;
    private ChildProcess _process;

    private UwsgiVassal(string[] arguments)
    {
        _arguments = arguments;
        _process = Launch();
    }

    public string Output => _process.Output;

    /// <summary>Starts a vassal for <paramref name="key"/>; its socket is <c>NAME.sock</c> in the environment's folder.</summary>
    public static UwsgiVassal Start(RouterEnvironment router, string key, string name = "app", string extra = "", params string[] options)
    {
        router.WriteKey(key);
        return router.Own(new UwsgiVassal([
            "--socket", router.Folder.File($"{name}.sock"),
            "--subscribe2", $"server={router.Announce},key={key},sign=SHA256:{router.PrivateKeyFile}{extra}",
            "--env", $"VASSAL={name}", .. options]));
    }

    /// <summary>Starts a uWSGI without subscription of its own making.</summary>
    public static UwsgiVassal StartPlain(RouterEnvironment router, params string[] options) => router.Own(new UwsgiVassal(options));

    public void Stop() => _process.Signal("INT");

    public void Kill() => _process.Signal("KILL", wholeGroup: true);

    /// <summary>A graceful reload, as a deployment does it.</summary>
    public void Reload() => _process.Signal("HUP");

    public Task<int> WaitAsync() => _process.WaitAsync();

    public void Restart()
    {
        _process.Dispose();
        _process = Launch();
    }

    public void Dispose() => _process.Dispose();

    private ChildProcess Launch() => new("uwsgi", [
        "--plugin", "python3", "--wsgi-file", Path.Combine(Captures.SourceRoot, "tests", "UwsgiIt.Router.FunctionalTests", "app.py"),
        "--master", "--processes", "2", "--need-app", "--disable-logging", "--buffer-size", "65535", "--subscribe-freq", "1", "--listen", "64", .. _arguments]);
}
