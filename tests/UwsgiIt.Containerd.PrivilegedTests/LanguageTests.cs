namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>One container, Debian's own languages in it, each announced with the customer's signature and served by the router.</summary>
public sealed class LanguageTests
{
    private const string Home = "/containers/30001";

    // Name of the vassal, its other file, what is in that, and the vassal.
    private static readonly (string Name, string File, string Content, string Vassal)[] Applications =
    [
        ("perl", "app.psgi", "my $app = sub { return [200, ['Content-Type' => 'text/plain'], ['perl']]; };\n", Uwsgi("plugin = 0:psgi", $"psgi = {Home}/app.psgi")),
        ("ruby", "config.ru", "run lambda { |env| [200, { 'Content-Type' => 'text/plain' }, ['ruby']] }\n", Uwsgi("plugin = 0:rack", $"rack = {Home}/config.ru")),
        ("lua", "app.lua", "return function(env)\n  return '200', { ['Content-Type'] = 'text/plain' }, coroutine.wrap(function() coroutine.yield('lua') end)\nend\n", Uwsgi("plugin = 0:lua", $"lua = {Home}/app.lua")),
        ("php", "www/index.php", "<?php echo 'php';", Uwsgi("plugin = 0:php", $"php-docroot = {Home}/www", "php-index = index.php")),
        ("cgi", "www/app.cgi", "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\ncgi'\n", Uwsgi("plugin = 0:cgi", $"cgi = {Home}/www/app.cgi")),
        ("node", "app.js", $"require('http').createServer((request, answer) => answer.end('node')).listen('{Home}/run/node.sock');\n", $"[program]\nexec = node {Home}/app.js\nsocket = {Home}/run/node.sock\ndomain = node.example.com\n"),
        ("pypy", "app.py", """
            import http.server, sys
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(b'pypy' if sys.implementation.name == 'pypy' else b'not pypy')
            http.server.HTTPServer(('127.0.0.1', 3000), Handler).serve_forever()
            """, $"[program]\nexec = pypy3 {Home}/app.py\nport = 3000\ndomain = pypy.example.com\n"),
    ];

    [SkippableFact]
    public async Task Languages_OfTheDistro_AreServed_BesideRedisAndCron()
    {
        await using var host = await ContainerHost.StartAsync();
        ContainerHost.PrepareDistro(Programs.LanguageDistro);
        await host.StartRouterAsync();
        host.Define(change: static definition =>
        {
            definition["distro"] = Programs.LanguageDistro;
            definition["memory"] = 1024 * 1024 * 1024;
        });
        await host.RunningAsync();
        host.WriteHome("vassals/cron.ini", $"[program]\ncron = -1 -1 -1 -1 -1 echo from cron as $(id -u) >> {Home}/cron.txt; readlink /proc/self/fd/* > {Home}/cron.fds\n");
        host.WriteHome("vassals/redis.ini", $"[program]\nexec = redis-server --port 0 --unixsocket {Home}/run/redis.sock --save '' --appendonly no\n");
        Directory.CreateDirectory(host.Home("www"));
        ContainerHost.Chown(host.Home("www"), ContainerHost.FirstUid);
        foreach (var (name, file, content, vassal) in Applications)
        {
            host.AllowName(name + ".example.com");
            host.WriteHome(file, content);
            host.WriteHome($"vassals/{name}.ini", vassal.Replace("NAME", name, StringComparison.Ordinal));
        }

        File.SetUnixFileMode(host.Home("www/app.cgi"), (UnixFileMode)0x1ED);
        foreach (var (name, _, _, _) in Applications)
        {
            var last = "";
            try
            {
                await Eventually.TrueAsync(
                    async () =>
                    {
                        using var response = await host.GetAsync(name + ".example.com");
                        last = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
                        return last == "200 " + name;
                    },
                    $"{name} answers",
                    120);
            }
            catch (Xunit.Sdk.XunitException e)
            {
                // What was seen last is known only now.
                Assert.Fail($"{e.Message} {last}; {Log(host)}");
            }
        }

        await Eventually.TrueAsync(async () => (await host.ShellAsync($"redis-cli -s {Home}/run/redis.sock set word kept && redis-cli -s {Home}/run/redis.sock get word")).Output.Contains("kept", StringComparison.Ordinal), $"redis answers; {Log(host)}", 60);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(host.Home("cron.txt")) && File.ReadAllText(host.Home("cron.txt")).Contains("from cron as 30001", StringComparison.Ordinal)), $"cron has run; {Log(host)}", 120);

        // I19: what a cron job holds.
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(host.Home("cron.fds")) && File.ReadAllLines(host.Home("cron.fds")).Length > 2), "its descriptors are told", 120);
        Assert.All(File.ReadAllLines(host.Home("cron.fds")), static target => Assert.True(target == "/dev/null" || target.StartsWith("pipe:", StringComparison.Ordinal) || target.StartsWith("/containers/30001/", StringComparison.Ordinal) || target.StartsWith("/proc/", StringComparison.Ordinal), target));
    }

    private static string Uwsgi(params string[] lines) => $"[uwsgi]\nmaster = true\n{string.Join('\n', lines)}\ndomain = NAME.example.com\nsubscribe-freq = 1\n";

    private static string Log(ContainerHost host) => File.Exists(host.Home("logs/emperor.log")) ? File.ReadAllText(host.Home("logs/emperor.log")) : "";
}
