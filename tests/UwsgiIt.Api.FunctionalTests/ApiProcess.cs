using System.Diagnostics;
using System.Net.Sockets;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests;

/// <summary>The api as its own process, to be killed.</summary>
internal sealed class ApiProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _socket;

    private ApiProcess(string directory, int port, IReadOnlyDictionary<string, string> settings)
    {
        _socket = Path.Combine(directory, "api.sock");
        var start = new ProcessStartInfo("dotnet", [typeof(UwsgiIt.Api.Hosting.ApiHost).Assembly.Location, "--Listener:Endpoints:0:Address", $"127.0.0.1:{port}", "--Listener:Endpoints:1:Address", _socket, "--Storage:Directory", directory, "--Authentication:ArgonMemoryKiB", "64", "--Authentication:ArgonPasses", "1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.ArgumentList.Add("--" + name);
            start.ArgumentList.Add(value);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Output += line.Data + "\n";
        _process.ErrorDataReceived += (_, line) => Output += line.Data + "\n";
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Plain = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Plain { get; }

    public string Output { get; private set; } = "";

    /// <summary>One that stays free while the process is started anew on it: not of the range that outgoing connections take theirs from.</summary>
    public static int FreePort() => FreePorts.Next();

    public static async Task<ApiProcess> StartAsync(string directory, int port, IReadOnlyDictionary<string, string> settings)
    {
        var api = new ApiProcess(directory, port, settings);
        using var client = new HttpClient { BaseAddress = api.Plain };
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            try
            {
                using var ready = await client.GetAsync("/readyz", deadline.Token);
                if (ready.IsSuccessStatusCode)
                {
                    return api;
                }
            }
            catch (HttpRequestException)
            {
                Assert.False(api._process.HasExited, api.Output);
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    /// <summary>Operator, over the local socket.</summary>
    public HttpClient Operator() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://localhost"), Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>SIGKILL: nothing of it gets to say goodbye.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
