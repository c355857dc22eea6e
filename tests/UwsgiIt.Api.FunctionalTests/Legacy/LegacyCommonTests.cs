using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace UwsgiIt.Api.FunctionalTests.Legacy;

/// <summary>Contract section 1: logins, answers, slashes, methods, malformed input.</summary>
public abstract class LegacyCommonTests(ApiEnvironment environment)
{
    [Theory]
    [InlineData(null)]
    [InlineData("Basic bad base64")]
    [InlineData("Basic !!!!")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Basic")]
    [InlineData("Bearer x")]
    [InlineData("Digest bm86cGFzcw==")]
    [InlineData("Basic bm9ib2R5Om5vdGhpbmc=")]
    [InlineData("Basic /////w==")]
    public async Task Login_NoGood_Is401AsTheOriginal(string? header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", header);
        }

        using var response = await environment.Anonymous().SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("""{"error": "Unauthorized"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("Basic realm=\"uwsgi.it api\"", response.Headers.WwwAuthenticate.ToString());
        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Login_SchemeInAnyCaseColonInPasswordHexHeaders_Work()
    {
        var customer = await environment.NewCustomerAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.TryAddWithoutValidation("Authorization", "bAsIc " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{customer.Name}:pass:word")));
        using var response = await environment.Anonymous().SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        using var hex = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        hex.Headers.Add("X-uwsgi-it-username", Convert.ToHexString(Encoding.UTF8.GetBytes(customer.Name)));
        hex.Headers.Add("X-uwsgi-it-password", Convert.ToHexString(Encoding.UTF8.GetBytes("pass:word")).ToLowerInvariant());
        using var second = await environment.Anonymous().SendAsync(hex);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);

        using var both = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        both.Headers.Add("X-uwsgi-it-username", Convert.ToHexString(Encoding.UTF8.GetBytes(customer.Name)));
        both.Headers.Add("X-uwsgi-it-password", Convert.ToHexString(Encoding.UTF8.GetBytes("pass:word")));
        both.Headers.Authorization = new AuthenticationHeaderValue("Basic", "bm9ib2R5Om5vdGhpbmc=");
        using var third = await environment.Anonymous().SendAsync(both);
        Assert.Equal(HttpStatusCode.Unauthorized, third.StatusCode);

        using var odd = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        odd.Headers.Add("X-uwsgi-it-username", "zz");
        odd.Headers.Add("X-uwsgi-it-password", "1");
        using var fourth = await environment.Anonymous().SendAsync(odd);
        Assert.Equal(HttpStatusCode.Unauthorized, fourth.StatusCode);
    }

    [Fact]
    public async Task Login_InactiveOrLegacySwitchedOff_Is401()
    {
        var customer = await environment.NewCustomerAsync();
        foreach (var change in new object[] { new { active = false }, new { active = true, legacy_login = false } })
        {
            using var changed = await environment.Operator.PatchJsonAsync($"/v1/customers/{customer.Id}", change);
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            Assert.Equal(401, (await customer.Client.SendAsync("GET", "/api/me")).Status);
        }

        using var back = await environment.Operator.PatchJsonAsync($"/v1/customers/{customer.Id}", new { legacy_login = true });
        Assert.Equal(200, (await customer.Client.SendAsync("GET", "/api/me")).Status);
    }

    [Theory]
    [InlineData("me", 200, 200)]
    [InlineData("me/containers", 200, 200)]
    [InlineData("containers", 200, 200)]
    [InlineData("distros", 200, 200)]
    [InlineData("domains", 200, 200)]
    [InlineData("tags", 200, 200)]
    [InlineData("news", 200, 200)]
    [InlineData("loopboxes", 200, 200)]
    [InlineData("alarms", 200, 200)]
    [InlineData("containers/{0}", 200, 404)]
    [InlineData("containers/{0}/domains", 200, 404)]
    [InlineData("metrics/container.cpu/{0}", 200, 404)]
    [InlineData("alarm_key/{0}", 200, 404)]
    [InlineData("custom_distros", 301, 200)]
    [InlineData("custom_distro", 301, 403)]
    [InlineData("nothing/here", 404, 404)]
    [InlineData("containers/x", 404, 404)]
    [InlineData("containers/99999999999999999999", 403, 404)]
    public async Task Path_SlashOrNot_AnswersAsTheTableSays(string path, int without, int with)
    {
        var customer = await environment.NewCustomerAsync();
        var filled = "/api/" + string.Format(System.Globalization.CultureInfo.InvariantCulture, path, await customer.NewContainerAsync());
        Assert.Equal(without, (await customer.Client.SendAsync("GET", filled)).Status);
        Assert.Equal(with, (await customer.Client.SendAsync("GET", filled + "/")).Status);
    }

    [Fact]
    public async Task Id_ForeignOrMissing_AreNeverToldApart()
    {
        var (owner, other) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync());
        var uid = await owner.NewContainerAsync();
        var domain = (await owner.NewDomainAsync($"{environment.NewName()}.example.com"))["id"];
        using var tagged = await owner.Client.PostTextAsync("/api/tags", """{"name": "t"}""");
        var tag = JsonNode.Parse(await tagged.Content.ReadAsStringAsync())!["id"];
        await owner.Client.SendAsync("POST", "/api/loopboxes", $$"""{"container": {{uid}}, "filename": "f", "mountpoint": "m"}""");
        var loopbox = (await owner.Client.GetNodeAsync("/api/loopboxes"))[0]!["id"];
        await owner.Client.SendAsync("POST", $"/api/alarms/raise/{uid}", "x");
        var alarm = (await owner.Client.GetNodeAsync("/api/alarms"))[0]!["id"];
        foreach (var (path, missing, status, body) in new[]
        {
            ($"containers/{uid}", "containers/39999", 403, """{"error": "Forbidden"}"""),
            ($"loopboxes/{loopbox}", "loopboxes/99999", 403, """{"error": "Forbidden"}"""),
            ($"alarms/{alarm}", "alarms/99999", 403, """{"error": "Forbidden"}"""),
            ($"alarm_key/{uid}", "alarm_key/39999", 403, """{"error": "Forbidden"}"""),
            ($"metrics/container.cpu/{uid}", "metrics/container.cpu/39999", 403, "Forbidden\n"),
            ($"metrics/domain.hits/{domain}", "metrics/domain.hits/99999", 403, "Forbidden\n"),
            ($"alarms?container={uid}", "alarms?container=x", 403, """{"error": "Forbidden"}"""),
            ($"loopboxes?container={uid}", "loopboxes?container=39999", 403, """{"error": "Forbidden"}"""),
            ($"domains/{domain}", "domains/99999", 404, """{"error": "Not found"}"""),
            ($"domains/{domain}/containers", "domains/99999/containers", 404, """{"error": "Not found"}"""),
            ($"containers/{uid}/domains", "containers/39999/domains", 404, """{"error": "Not found"}"""),
            ($"tags/{tag}", "tags/99999", 404, """{"error": "Not found"}"""),
        })
        {
            Assert.Equal(200, (await owner.Client.SendAsync("GET", "/api/" + path)).Status);
            Assert.Equal((status, body), await other.Client.SendAsync("GET", "/api/" + path));
            Assert.Equal((status, body), await other.Client.SendAsync("GET", "/api/" + missing));
        }
    }

    [Theory]
    [InlineData("containers/{0}", "GET POST HEAD")]
    [InlineData("me", "GET POST HEAD")]
    [InlineData("domains", "GET HEAD")]
    [InlineData("distros", "GET HEAD")]
    [InlineData("metrics/container.cpu/{0}", "GET HEAD")]
    public async Task Method_NotListed_Is405AndChangesNothing(string path, string listed)
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        var filled = "/api/" + string.Format(System.Globalization.CultureInfo.InvariantCulture, path, uid);
        foreach (var method in new[] { "PUT", "PATCH", "DELETE", "HEAD" }.Where(method => !listed.Contains(method, StringComparison.Ordinal)))
        {
            var (status, body) = await customer.Client.SendAsync(method, filled);
            Assert.True(status == 405 || (path == "domains" && method == "DELETE" && status == 400), $"{method} {path}: {status}");
            Assert.NotNull(JsonNode.Parse(body)!["error"]);
        }

        Assert.Equal(200, (await customer.Client.SendAsync("HEAD", filled)).Status);
        Assert.Single((await customer.Client.GetNodeAsync("/api/containers")).AsArray());
    }

    [Fact]
    public async Task Options_OnCustomerRoutes_NeedNoLogin()
    {
        foreach (var path in new[] { "/api/me", "/api/containers/39999", "/api/alarms/raise/39999", "/api/domains/1" })
        {
            using var response = await environment.Anonymous().SendAsync(new HttpRequestMessage(HttpMethod.Options, path));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("", await response.Content.ReadAsStringAsync());
            Assert.Equal("GET,POST,DELETE,OPTIONS", response.Headers.GetValues("Access-Control-Allow-Methods").Single());
            Assert.Equal("X-uwsgi-it-username,X-uwsgi-it-password", response.Headers.GetValues("Access-Control-Allow-Headers").Single());
            Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        }

        Assert.Equal(403, (await environment.Anonymous().SendAsync("OPTIONS", "/api/private/containers/")).Status);
        Assert.Equal(200, (await environment.Anonymous().SendAsync("OPTIONS", "/api/news")).Status);
    }

    [Fact]
    public async Task Answer_ToCurl_EndsWithANewlineUnlessItIsAMessage()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync("caff\u00e8");
        customer.Client.DefaultRequestHeaders.UserAgent.ParseAdd("curl/7.88.1");
        using var list = await customer.Client.GetAsync("/api/containers");
        var text = await list.Content.ReadAsStringAsync();
        Assert.EndsWith("]\n", text, StringComparison.Ordinal);
        Assert.Contains($"\"uid\": {uid}, \"name\": \"caff\\u00e8\"", text, StringComparison.Ordinal);
        Assert.Equal("application/json", list.Content.Headers.ContentType!.ToString());
        Assert.Equal("*", list.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.EndsWith("}\n", (await customer.Client.SendAsync("GET", $"/api/containers/{uid}")).Body, StringComparison.Ordinal);
        Assert.EndsWith("}\n", (await customer.Client.SendAsync("POST", "/api/tags", """{"name": "t"}""")).Body, StringComparison.Ordinal);
        Assert.EndsWith("}", (await customer.Client.SendAsync("GET", $"/api/alarm_key/{uid}")).Body, StringComparison.Ordinal);
        Assert.EndsWith("}", (await customer.Client.SendAsync("GET", "/api/containers/39999")).Body, StringComparison.Ordinal);
        using var forbidden = await customer.Client.GetAsync("/api/containers/39999");
        Assert.Equal("FORBIDDEN", forbidden.ReasonPhrase);
        using var news = await customer.Client.GetAsync("/api/news");
        Assert.False(news.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/xml; charset=utf-16")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task Body_ContentType_IsIgnored(string? contentType)
    {
        var customer = await environment.NewCustomerAsync();
        using var response = await customer.Client.PostTextAsync("/api/me", "\uFEFF{\"vat\": \"1\", \"vat\": \"2\"}", contentType);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("2", (await customer.Client.GetNodeAsync("/api/me"))["vat"]!.GetValue<string>());
    }

    [Fact]
    public async Task Body_TooLarge_Is413AfterLoginAndOwnership()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        var exact = $$"""{"note": "{{new string('a', 65_536 - 12)}}"}""";
        Assert.Equal(65_536, exact.Length);
        Assert.Equal(200, (await customer.Client.SendAsync("POST", $"/api/containers/{uid}", exact)).Status);
        Assert.Equal((413, """{"error": "Request entity too large"}"""), await customer.Client.SendAsync("POST", $"/api/containers/{uid}", exact + " "));
        Assert.Equal(403, (await customer.Client.SendAsync("POST", "/api/containers/39999", exact + " ")).Status);
        Assert.Equal(401, (await environment.Anonymous().SendAsync("POST", $"/api/containers/{uid}", exact + " ")).Status);

        // Without a length the bytes are counted.
        using var chunked = new HttpRequestMessage(HttpMethod.Post, $"/api/containers/{uid}") { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(exact + " "))) };
        chunked.Headers.TransferEncodingChunked = true;
        using var response = await customer.Client.SendAsync(chunked);
        Assert.Equal(413, (int)response.StatusCode);
    }

    [Fact]
    public async Task Body_DeepOrBroken_Is400AndNothingIsStored()
    {
        var customer = await environment.NewCustomerAsync();
        var before = (await customer.Client.GetNodeAsync("/api/me")).ToJsonString();
        foreach (var body in new[] { "{\"vat\": " + new string('[', 5000) + new string(']', 5000) + "}", "{\"vat\": \"\\ud800\"}", "{'vat': 1}", "{\"vat\": \"a\tb\"}", "{\"vat\": \"\\u0000\"}", "{\"vat\": \"" + new string('x', 256) + "\"}" })
        {
            Assert.Equal(400, (await customer.Client.SendAsync("POST", "/api/me", body)).Status);
        }

        using var invalid = new ByteArrayContent([.. "{\"vat\": \""u8, 0xff, 0xfe, .. "\"}"u8]);
        using var response = await customer.Client.PostAsync("/api/me", invalid);
        Assert.Equal(400, (int)response.StatusCode);
        using var wide = new ByteArrayContent(Encoding.Unicode.GetBytes("{\"vat\": \"1\"}"));
        using var second = await customer.Client.PostAsync("/api/me", wide);
        Assert.Equal(400, (int)second.StatusCode);
        Assert.Equal(before, (await customer.Client.GetNodeAsync("/api/me")).ToJsonString());
    }
}

[Collection("sqlite")]
public sealed class SqliteLegacyCommonTests(SqliteEnvironment environment) : LegacyCommonTests(environment);

[Collection("postgres")]
public sealed class PostgresLegacyCommonTests(PostgresEnvironment environment) : LegacyCommonTests(environment);
