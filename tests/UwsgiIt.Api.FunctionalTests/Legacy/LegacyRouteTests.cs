using System.Text.Json.Nodes;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Legacy;

/// <summary>Contract sections 1.1–1.6 on every route of the legacy root.</summary>
public abstract class LegacyRouteTests(ApiEnvironment environment)
{
    [Fact]
    public async Task EveryRoute_MethodNotListed_Is405WithAllow_AndChangesNothing()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var before = await world.SnapshotAsync();
        foreach (var (route, methods) in LegacyWorld.Routes)
        {
            foreach (var method in new[] { "GET", "POST", "PUT", "PATCH", "DELETE" }.Except(methods.Split(' ')))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), world.Path(route)) { Content = new StringContent("""{"name": "changed"}""") };
                using var response = await world.Client.SendAsync(request);
                Assert.True((int)response.StatusCode == 405, $"{method} {route}: {(int)response.StatusCode}");
                Assert.Equal("""{"error": "Method not allowed"}""", await response.Content.ReadAsStringAsync());
                Assert.Superset(methods.Split(' ').ToHashSet(), response.Content.Headers.Allow.ToHashSet());
            }
        }

        Assert.Equal(before, await world.SnapshotAsync());
    }

    [Fact]
    public async Task EveryRoute_Head_AnswersAsGetWithoutABody_AndChangesNothing()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var key = (await world.GetAsync("alarm_key/{container}"))["alarm_key"]!.GetValue<string>();
        foreach (var (route, methods) in LegacyWorld.Routes)
        {
            var expected = methods.Contains("GET", StringComparison.Ordinal) && !route.StartsWith("alarm_key", StringComparison.Ordinal) ? 200 : 405;
            var (status, body) = await world.SendAsync("HEAD", route);
            Assert.True(status == expected, $"HEAD {route}: {status}");
            Assert.Equal("", body);
        }

        Assert.Equal(201, (await environment.Anonymous().SendAsync("POST", world.Path("alarms/raise/{container}") + $"?key={key}", "still the key")).Status);
    }

    [Fact]
    public async Task EveryRoute_Options_NeedsNoLogin_AndNoId()
    {
        foreach (var (route, _) in LegacyWorld.Routes.Where(static route => route.Path != "news"))
        {
            var path = "/api/" + System.Text.RegularExpressions.Regex.Replace(route, "{.*?}", "99999");
            using var response = await environment.Anonymous().SendAsync(new HttpRequestMessage(HttpMethod.Options, path));
            Assert.True((int)response.StatusCode == 200, path);
            Assert.Equal("", await response.Content.ReadAsStringAsync());
            Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.Equal("GET,POST,DELETE,OPTIONS", response.Headers.GetValues("Access-Control-Allow-Methods").Single());
            Assert.Equal("X-uwsgi-it-username,X-uwsgi-it-password", response.Headers.GetValues("Access-Control-Allow-Headers").Single());
        }
    }

    [Fact]
    public async Task EveryRoute_Slash_IsAsTheTableSays()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        string[] either = ["me", "me/containers", "containers", "distros", "domains", "tags", "news", "loopboxes", "alarms"];
        foreach (var (route, methods) in LegacyWorld.Routes)
        {
            var method = methods.Split(' ')[0];
            if (route.EndsWith('/'))
            {
                Assert.Equal(301, (await world.SendAsync("GET", route.TrimEnd('/'))).Status);
                Assert.Equal(200, (await world.SendAsync("GET", route)).Status);
                continue;
            }

            var expected = either.Contains(route) ? 200 : route.StartsWith("portmappings", StringComparison.Ordinal) ? 403 : 404;
            Assert.True((await world.SendAsync(method, route + "/", "")).Status == expected, $"{route}/");
        }

        Assert.Equal((404, """{"error": "Not found"}"""), await world.SendAsync("GET", "no/such/path"));
        Assert.Equal((404, """{"error": "Not found"}"""), await world.Client.SendAsync("GET", "/api"));
    }

    [Fact]
    public async Task EveryRoute_WithoutALogin_Is401Json_AndNoAnswerSetsACookie()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        foreach (var (route, methods) in LegacyWorld.Routes.Where(static route => route.Path != "news"))
        {
            var method = methods.Split(' ')[0];
            using var anonymous = await environment.Anonymous().SendAsync(new HttpRequestMessage(new HttpMethod(method), world.Path(route)) { Headers = { { "Cookie", "sessionid=x" } } });
            Assert.True((int)anonymous.StatusCode == 401, route);
            Assert.Equal("""{"error": "Unauthorized"}""", await anonymous.Content.ReadAsStringAsync());
            Assert.Equal("Basic realm=\"uwsgi.it api\"", anonymous.Headers.WwwAuthenticate.ToString());
            if (method == "GET")
            {
                using var known = await world.Client.GetAsync(world.Path(route));
                Assert.False(known.Headers.Contains("Set-Cookie"));
                Assert.Equal("*", known.Headers.GetValues("Access-Control-Allow-Origin").Single());
                Assert.Equal("application/json", known.Content.Headers.ContentType!.ToString());
            }
        }
    }

    [Theory]
    [InlineData("containers/{0}", 403)]
    [InlineData("loopboxes/{0}", 403)]
    [InlineData("alarms/{0}", 403)]
    [InlineData("custom_distros/{0}", 403)]
    [InlineData("custom_distro/{0}", 403)]
    [InlineData("alarm_key/{0}", 403)]
    [InlineData("portmappings/{0}", 403)]
    [InlineData("metrics/container.cpu/{0}", 403)]
    [InlineData("metrics/domain.hits/{0}", 403)]
    [InlineData("alarms?container={0}", 403)]
    [InlineData("loopboxes?container={0}", 403)]
    [InlineData("domains/{0}", 404)]
    [InlineData("domains/{0}/containers", 404)]
    [InlineData("containers/{0}/domains", 404)]
    [InlineData("tags/{0}", 404)]
    public async Task Id_UnknownForeignOrTooLarge_AreTheSame(string path, int status)
    {
        var (world, other) = (await LegacyWorld.MakeAsync(environment), await environment.NewCustomerAsync());
        var place = path.Split('/', '?', '=')[0] switch { "portmappings" => "server", "custom_distro" => "distro", "custom_distros" => "store", "domains" => "domain", "tags" => "tag", "loopboxes" when !path.Contains('?', StringComparison.Ordinal) => "loopbox", "alarms" when !path.Contains('?', StringComparison.Ordinal) => "alarm", _ => path.Contains("domain.hits", StringComparison.Ordinal) ? "domain" : "container" };
        var answers = new HashSet<(int, string)>();
        foreach (var id in new[] { "2147483647", "2147483648", "99999999999999999999", "0" })
        {
            answers.Add(await world.SendAsync("GET", path.Replace("{0}", id, StringComparison.Ordinal)));
        }

        answers.Add(await other.Client.SendAsync("GET", world.Path(path.Replace("{0}", $"{{{place}}}", StringComparison.Ordinal))));
        var (answered, body) = Assert.Single(answers);
        Assert.Equal(status, answered);
        Assert.Equal(path.StartsWith("metrics", StringComparison.Ordinal) ? "Forbidden\n" : status == 403 ? """{"error": "Forbidden"}""" : """{"error": "Not found"}""", body);
    }

    [Fact]
    public async Task Error_EveryOne_HasReasonOriginAndWord()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        foreach (var (method, route, body, status, reason, text) in new (string, string, string?, int, string?, string)[]
        {
            ("GET", "containers/39999", null, 403, "FORBIDDEN", """{"error": "Forbidden"}"""),
            ("GET", "tags/99999", null, 404, "NOT FOUND", """{"error": "Not found"}"""),
            ("PUT", "me", null, 405, null, """{"error": "Method not allowed"}"""),
            ("POST", "tags", """{"name": "tag"}""", 409, null, """{"error": "Conflict"}"""),
            ("GET", "alarms?range=x", null, 416, null, """{"error": "Requested Range Not Satisfiable"}"""),
            ("POST", "me", "{", 400, null, """{"error": "Bad request"}"""),
            ("POST", "me", new string(' ', 65_537), 413, null, """{"error": "Request entity too large"}"""),
            ("GET", "nothing", null, 404, "NOT FOUND", """{"error": "Not found"}"""),
        })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), world.Path(route)) { Content = body is null ? null : new StringContent(body) };
            request.Headers.UserAgent.ParseAdd("curl/8");
            using var response = await world.Client.SendAsync(request);
            Assert.Equal((status, text), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
            Assert.Equal(reason ?? response.ReasonPhrase, response.ReasonPhrase);
            Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        }
    }

    [Fact]
    public async Task Curl_ListsAndDetailsEndWithANewline_MessagesDoNot()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        world.Client.DefaultRequestHeaders.UserAgent.ParseAdd("curl/7.88.1");
        foreach (var (route, methods) in LegacyWorld.Routes.Where(static route => route.Methods.StartsWith("GET", StringComparison.Ordinal)))
        {
            Assert.True((await world.SendAsync("GET", route)).Body.EndsWith('\n') != route.StartsWith("alarm_key", StringComparison.Ordinal), route);
        }

        var name = $"{environment.NewName()}.example.org";
        environment.Proof.Proven[(name, world.Customer.Uuid)] = true;
        foreach (var (method, route, body, ends) in new (string, string, string?, bool)[]
        {
            ("POST", "domains", $$"""{"name": "{{name}}"}""", false),
            ("POST", "domains/{domain}", "{}", true),
            ("POST", "containers/{container}", """{"note": "n"}""", true),
            ("POST", "me", "{}", true),
            ("POST", "tags", """{"name": "new"}""", true),
            ("POST", "tags/{tag}", "{}", true),
            ("POST", "alarms/raise/{container}", "x", false),
            ("DELETE", "tags/{tag}", null, false),
            ("POST", "tags", """{"name": "new"}""", false),
        })
        {
            Assert.True((await world.SendAsync(method, route, body)).Body.EndsWith('\n') == ends, $"{method} {route}");
        }

        var host = await environment.HostAsync(world.Customer.Server);
        host.DefaultRequestHeaders.UserAgent.ParseAdd("curl/7.88.1");
        foreach (var (path, ends) in new[] { ("containers/", true), ("domains/rsa/", true), ("custom_services/", true), ("loopboxes/", true), ("portmappings/", true), ("serverfilemetadata/", true), ("nodes/", false), ("legion/nodes/", false) })
        {
            Assert.True((await host.SendAsync("GET", "/api/private/" + path)).Body.EndsWith('\n') == ends, path);
        }
    }

    [Fact]
    public async Task Private_EveryRoute_ForgedAddressOrMethodNotListed_IsRefused()
    {
        var (server, other) = (await environment.NewServerAsync(), await environment.NewServerAsync());
        var host = await environment.HostAsync(server);
        var elsewhere = await environment.HostAsync(server with { Address = "127.9.9.8" }, bind: false);
        var again = await environment.HostAsync(server);
        foreach (var header in new[] { "X-Forwarded-For", "X-Real-IP" })
        {
            elsewhere.DefaultRequestHeaders.Add(header, server.Address);
        }

        elsewhere.DefaultRequestHeaders.Add("Forwarded", $"for={server.Address}");
        elsewhere.DefaultRequestHeaders.Add("X-SSL-Client-CN", other.Name);
        string[] paths = ["containers/", "nodes/", "legion/nodes/", "domains/rsa/", "custom_services/", "loopboxes/", "portmappings/", "serverfilemetadata/"];
        foreach (var path in paths)
        {
            Assert.Equal((403, "Forbidden\n"), await elsewhere.SendAsync("GET", "/api/private/" + path));
            foreach (var method in new[] { "PUT", "PATCH", "DELETE", "POST" }.Where(method => method != "POST" || path != "serverfilemetadata/"))
            {
                Assert.Equal((405, "Method not allowed\n"), await again.SendAsync(method, "/api/private/" + path, "{}"));
            }
        }

        foreach (var path in new[] { "metrics/container.cpu/30001", "metrics/domain.hits/30001", "alarms/30001" })
        {
            Assert.Equal((403, "Forbidden\n"), await elsewhere.SendAsync("POST", "/api/private/" + path, "{}"));
            Assert.Equal((405, "Method not allowed\n"), await again.SendAsync("GET", "/api/private/" + path));
        }

        // The newer certificate is the bound one.
        Assert.Equal(403, (await host.SendAsync("GET", "/api/private/containers/")).Status);
        var none = environment.CertificateClient(null, server.Address);
        Assert.Equal((403, """{"error": "Forbidden"}"""), await none.SendAsync("GET", "/api/privileged/secret_uuids/"));
    }

    [Fact]
    public async Task Private_ListAskedForUnlessChanged_IsAnsweredWhole()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var host = await environment.HostAsync(world.Customer.Server);
        host.DefaultRequestHeaders.TryAddWithoutValidation("If-None-Match", "*");
        host.DefaultRequestHeaders.TryAddWithoutValidation("If-Modified-Since", DateTimeOffset.UtcNow.ToString("R"));
        foreach (var path in new[] { "containers/", "nodes/", "domains/rsa/", "portmappings/" })
        {
            Assert.Equal(200, (await host.SendAsync("GET", "/api/private/" + path)).Status);
        }
    }

    [Fact]
    public async Task Server_AddressOfAnother_IsRefused()
    {
        var server = await environment.NewServerAsync();
        using var same = await environment.Operator.PostJsonAsync("/v1/servers", new { name = environment.NewName("s"), address = server.Address, memory = 1, storage = 1 });
        Assert.Equal(409, (int)same.StatusCode);
        using var name = await environment.Operator.PostJsonAsync("/v1/servers", new { name = server.Name, address = "192.0.2.77", memory = 1, storage = 1 });
        Assert.Equal(409, (int)name.StatusCode);
    }

    [Fact]
    public async Task News_OfAnInactiveUser_IsAnonymous_AndAtMostTen()
    {
        var customer = await environment.NewCustomerAsync();
        for (var i = 0; i < 12; i++)
        {
            await environment.Operator.CreateAsync("/v1/news", new { content = $"n{i}", @public = i % 2 == 0 });
        }

        Assert.Equal(10, (await customer.Client.GetNodeAsync("/api/news")).AsArray().Count);
        using var locked = await environment.Operator.PatchJsonAsync($"/v1/customers/{customer.Id}", new { active = false });
        Assert.DoesNotContain((await customer.Client.GetNodeAsync("/api/news")).AsArray(), static node => node!["content"]!.GetValue<string>() == "n11");
    }
}

[Collection("sqlite")]
public sealed class SqliteLegacyRouteTests(SqliteEnvironment environment) : LegacyRouteTests(environment);

[Collection("postgres")]
public sealed class PostgresLegacyRouteTests(PostgresEnvironment environment) : LegacyRouteTests(environment);
