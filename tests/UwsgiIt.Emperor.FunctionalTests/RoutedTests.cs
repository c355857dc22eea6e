using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Router.FunctionalTests;

namespace UwsgiIt.Emperor.FunctionalTests;

/// <summary>Vassal files as customers have them, announced to the real router with signatures and served.</summary>
public sealed class RoutedTests
{
    [SkippableFact]
    public async Task EveryFormat_WithTheDomainShortcut_IsServed()
    {
        await using var world = await RoutedWorld.StartAsync(["ini.example.com", "yaml.example.com", "json.example.com", "xml.example.com"]);
        var app = VassalTests.AppFile;
        world.Emperor.WriteVassal("a.ini", $"[uwsgi]\nplugin = python3\nwsgi-file = {app}\nmaster = true\nprocesses = 2\ndomain = ini.example.com\n");
        world.Emperor.WriteVassal("b.yaml", $"uwsgi:\n  plugin: python3\n  wsgi-file: {app}\n  master: true\n  domain: yaml.example.com\n");
        world.Emperor.WriteVassal("c.json", $$"""{"uwsgi": {"plugin": "python3", "wsgi-file": "{{app}}", "master": true, "domain": "json.example.com" } }""");
        world.Emperor.WriteVassal("d.xml", $"<uwsgi><plugin>python3</plugin><wsgi-file>{app}</wsgi-file><master/><domain>xml.example.com</domain></uwsgi>");
        foreach (var format in new[] { "ini", "yaml", "json", "xml" })
        {
            await world.ServedAsync($"{format}.example.com");
        }

        world.Emperor.RemoveVassal("a.ini");
        await Eventually.TrueAsync(async () => await world.Router.StatusAsync("ini.example.com") != 200, "a removed vassal is not served", 60);
        Assert.Equal(200, await world.Router.StatusAsync("json.example.com"));
    }

    [SkippableFact]
    public async Task Perl_AndCgi_AreServed_AndTheRoutersAnswerIsLogged()
    {
        await using var world = await RoutedWorld.StartAsync(["perl.example.com", "cgi.example.com"]);
        world.Emperor.Write("app.pl", "my $app = sub { return [200, ['Content-Type' => 'text/plain'], ['\"perl\"']]; };\n$app;\n");
        world.Emperor.Write("bin/page.cgi", "#!/bin/sh\nprintf 'Status: 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\n\"cgi\"'\n", isExecutable: true);
        world.Emperor.WriteVassal("a.ini", $"[uwsgi]\nplugin = psgi\npsgi = {world.Emperor.InHome("app.pl")}\nmaster = true\ndomain = perl.example.com\n");
        world.Emperor.WriteVassal("b.ini", $"[uwsgi]\nplugin = cgi\ncgi = {world.Emperor.InHome("bin/page.cgi")}\nmaster = true\nthreads = 2\nsubscribe-with-modifier1 = 9\ndomain = cgi.example.com\n");
        Assert.Equal("perl", (await world.ServedAsync("perl.example.com")).GetString());
        Assert.Equal("cgi", (await world.ServedAsync("cgi.example.com")).GetString());
        await world.Emperor.LoggedAsync("[subscription ack]");
    }

    [SkippableFact]
    public async Task Vassal_SeenFromInside_HasTheCustomersRightsAndNothingMore()
    {
        await using var world = await RoutedWorld.StartAsync(["inside.example.com"]);
        world.Emperor.WriteVassal("a.ini", $"[uwsgi]\nplugin = python3\nwsgi-file = {VassalTests.AppFile}\nmaster = true\ndomain = inside.example.com\n");
        var inside = await world.ServedAsync("inside.example.com");
        var status = inside.GetProperty("status");
        var uid = $"{world.Emperor.Uid}";
        Assert.Equal(string.Join('\t', uid, uid, uid, uid), status.GetProperty("Uid").GetString());
        Assert.Equal(string.Join('\t', uid, uid, uid, uid), status.GetProperty("Gid").GetString());
        Assert.Equal("", status.GetProperty("Groups").GetString()!.Trim());
        foreach (var set in new[] { "CapInh", "CapPrm", "CapEff", "CapAmb" })
        {
            Assert.Equal("0000000000000000", status.GetProperty(set).GetString());
        }

        Assert.Equal("1", status.GetProperty("NoNewPrivs").GetString());
        Assert.Equal("0000000000000000", status.GetProperty("SigBlk").GetString());
        Assert.False(inside.GetProperty("signalled_init").GetBoolean());
        Assert.Equal(world.Emperor.InHome("vassals"), inside.GetProperty("cwd").GetString());

        // uWSGI adds its own; of ours there are these.
        var names = inside.GetProperty("environment").EnumerateObject().Select(static variable => variable.Name).Where(static name => !name.StartsWith("UWSGI_", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(["HOME", "LANG", "PATH"], names);

        // What it holds was made for it: pipes of the log, the Emperor's control socket, its own sockets and epolls.
        Assert.All(inside.GetProperty("descriptors").EnumerateObject(), static descriptor => Assert.Matches("^(pipe:|socket:|anon_inode:|/dev/null|/proc/)", descriptor.Value.GetString()!));
    }

    [SkippableFact]
    public async Task SslDomain_BringsItsCertificate()
    {
        await using var world = await RoutedWorld.StartAsync(["secure.example.com"]);
        var certificate = UwsgiIt.Tests.Common.TestCertificates.Server("secure.example.com");
        world.Emperor.Write("etc/site.key", certificate.KeyPem);
        world.Emperor.Write("etc/site.crt", certificate.CertificatePem);
        world.Emperor.WriteVassal("a.ini", $"[uwsgi]\nplugin = python3\nwsgi-file = {VassalTests.AppFile}\nmaster = true\nssl-domain = secure.example.com {world.Emperor.InHome("etc/site.key")} {world.Emperor.InHome("etc/site.crt")}\n");
        await world.ServedAsync("secure.example.com");
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(world.Router.Https, cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new System.Net.Security.SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, seen, _, _) => seen!.GetCertHashString() == certificate.Certificate.GetCertHashString() },
        };
        using var client = new HttpClient(handler);
        using var response = await client.GetAsync(new Uri("https://secure.example.com/"));
        Assert.True(response.IsSuccessStatusCode);
    }
}

/// <summary>A router and an Emperor whose home it knows as a container's.</summary>
internal sealed class RoutedWorld(RouterEnvironment router, EmperorEnvironment emperor) : IAsyncDisposable
{
    public RouterEnvironment Router { get; } = router;

    public EmperorEnvironment Emperor { get; } = emperor;

    public static async Task<RoutedWorld> StartAsync(string[] names, Action<JsonObject>? configure = null)
    {
        RouterEnvironment router = null!;
        var emperor = new EmperorEnvironment(configure);
        try
        {
            router = await RouterEnvironment.StartAsync(settings =>
            {
                var subscription = settings["Subscription"]!;
                subscription["ContainersRoot"] = emperor.Folder.Path;
                subscription["UnixSockets"] = new JsonArray(new JsonObject { ["Path"] = emperor.Folder.File("announce.sock"), ["Mode"] = "0666" });
                settings["Certificate"]!["AllowedDirectories"] = new JsonArray(emperor.Folder.Path + "/");
            });
            Array.ForEach(names, name => router.WriteKey(name));
            emperor.Write("etc/uwsgi.key", File.ReadAllText(router.PrivateKeyFile));
            await emperor.StartEmperorAsync();
            return new RoutedWorld(router, emperor);
        }
        catch
        {
            await emperor.DisposeAsync();
            if (router is not null)
            {
                await router.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Waits until the name is served; returns what the application shows. The customer should have been given it before: a uWSGI that was refused comes again after ten seconds only.</summary>
    public async Task<JsonElement> ServedAsync(string name)
    {
        string? body = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await Router.GetAsync(name);
                body = await response.Content.ReadAsStringAsync();
                return response.IsSuccessStatusCode;
            },
            $"{name} is served. Emperor: {Emperor.Log}\nRouter: {Router.Process.Output}",
            60);
        using var document = JsonDocument.Parse(body!);
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        await Emperor.DisposeAsync();
        await Router.DisposeAsync();
    }
}
