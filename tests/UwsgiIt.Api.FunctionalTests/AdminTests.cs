using System.Net;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests;

/// <summary>The operators' listener has what they need, and nothing leads there from the customers' side.</summary>
public sealed class AdminTests
{
    [Fact]
    public async Task Admin_TellsPrometheus_AndServesNothingElse()
    {
        using var directory = new TempDirectory();
        var admin = new Uri($"http://127.0.0.1:{FreePorts.Next()}");
        using var api = await ApiProcess.StartAsync(directory.Path, ApiProcess.FreePort(), new Dictionary<string, string> { ["Admin:Address"] = admin.Authority });
        using var operatorClient = api.Operator();
        await operatorClient.CreateAsync("/v1/servers", new { name = "one", address = "127.0.0.1", memory = 1000, storage = 1000 });
        using var client = new HttpClient { BaseAddress = admin };
        using var refused = await new HttpClient { BaseAddress = api.Plain }.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/me") { Headers = { { "Authorization", "Basic eDp5" } } });
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        var text = await client.GetStringAsync("/metrics");
        Assert.Contains("uwsgiit_api_logins_failed", text, StringComparison.Ordinal);
        Assert.Matches("""uwsgiit_api_hosts_version\S*\{[^}]*agent="router"[^}]*server="one"[^}]*\} 0""", text);
        Assert.Matches("""uwsgiit_api_feed_version\S* [1-9]""", text);
        Assert.Contains("http_server_request_duration_seconds", text, StringComparison.Ordinal);
        Assert.Equal("ok", await client.GetStringAsync("/readyz"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/v1/servers")).StatusCode);
        using var outside = await new HttpClient { BaseAddress = api.Plain }.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
    }
}
