namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>From a definition file to a request answered from inside.</summary>
public sealed class ServeTests
{
    private const string Application = """
        def application(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"from the container"]
        """;

    [SkippableFact]
    public async Task Container_WithAUwsgiApplication_IsServedByTheRouter()
    {
        await using var host = await ContainerHost.StartAsync();
        await host.StartRouterAsync();
        host.AllowName("app.example.com");
        host.Define();
        await host.RunningAsync();
        host.WriteHome("app.py", Application);
        host.WriteHome("vassals/app.ini", """
            [uwsgi]
            plugin = python3
            master = true
            wsgi-file = /containers/30001/app.py
            domain = app.example.com
            subscribe-freq = 1
            """);
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await host.GetAsync("app.example.com");
                return (int)response.StatusCode == 200 && await response.Content.ReadAsStringAsync() == "from the container";
            },
            "the application answers",
            60);

        // What pid 1 says of its vassals reaches the daemon, and the next daemon too.
        await LoyalAsync(host);
        host.Daemon.Signal("KILL");
        await host.Daemon.WaitAsync(60);
        await host.StartDaemonAsync();
        await LoyalAsync(host);
    }

    private static Task LoyalAsync(ContainerHost host) => Eventually.TrueAsync(
        async () => (await host.ContainerAsync())!.Value.GetProperty("vassals").TryGetProperty("app.ini", out var state) && state.GetString() == "loyal", "the vassal's state is known", 60);
}
