using System.Net;
using System.Net.Http.Headers;

namespace UwsgiIt.Api.FunctionalTests.VersionOne;

/// <summary>Bounds of requests, and conditions that are wanted.</summary>
public sealed class RequestRateTests(StrictEnvironment environment) : IClassFixture<StrictEnvironment>
{
    [Theory]
    [InlineData("GET", "/v1/containers", StrictEnvironment.Reads, "reads")]
    [InlineData("GET", "/api/containers", StrictEnvironment.Reads, null)]
    [InlineData("POST", "/v1/containers", StrictEnvironment.Writes, "writes")]
    [InlineData("POST", "/api/tags", StrictEnvironment.Writes, null)]
    [InlineData("POST", "/v1/domains", StrictEnvironment.Claims, "claims")]
    [InlineData("POST", "/api/domains", StrictEnvironment.Claims, null)]
    public async Task Requests_BeyondTheBound_Are429_AndOthersAreNot(string method, string path, int bound, string? name)
    {
        var (customer, other) = (await NewCustomerAsync(), await NewCustomerAsync());
        HttpResponseMessage? refused = null;

        // Twice as many and one: a minute may end in between. What is refused for its body counts as well.
        for (var i = 0; i <= 2 * bound && refused is null; i++)
        {
            var response = await SendAsync(customer, method, path);
            Assert.True(response.StatusCode == HttpStatusCode.TooManyRequests || (i <= bound && response.StatusCode != HttpStatusCode.Unauthorized) || i > bound, $"{i}: {response.StatusCode}");
            refused = response.StatusCode == HttpStatusCode.TooManyRequests ? response : null;
            if (name is not null && refused is null)
            {
                Assert.Equal($"\"{name}\";q={bound};w=60", response.Headers.GetValues("RateLimit-Policy").Single());
                Assert.StartsWith($"\"{name}\";r=", response.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);
            }
        }

        Assert.NotNull(refused);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(name is null ? "application/json" : "application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, (await SendAsync(other, method, path)).StatusCode);
    }

    [Fact]
    public async Task Operators_AreNotCounted()
    {
        for (var i = 0; i < 3 * StrictEnvironment.Reads; i++)
        {
            Assert.Equal(200, (await environment.Operator.SendAsync("GET", "/v1/servers")).Status);
        }
    }

    [Fact]
    public async Task Change_WithoutIfMatch_Is428_WithAnyOfIts_IsDone()
    {
        var made = await environment.Operator.CreateAsync("/v1/datacenters", new { name = environment.NewName("dc") });
        var path = $"/v1/datacenters/{made["id"]}";
        Assert.Equal(428, (await environment.Operator.SendJsonAsync("PATCH", path, """{"note": "n"}""")).Status);
        Assert.Equal(428, (await environment.Operator.SendAsync("DELETE", path)).Status);
        foreach (var (tag, expected) in new[] { ("\"wrong\"", 412), (null, 200), ("*", 200) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = new StringContent($$"""{"note": "{{tag?.Trim('"')}}"}""", new MediaTypeHeaderValue("application/json")) };
            using var current = await environment.Operator.GetAsync(path);
            request.Headers.TryAddWithoutValidation("If-Match", tag ?? current.Headers.ETag!.Tag);
            using var response = await environment.Operator.SendAsync(request);
            Assert.Equal(expected, (int)response.StatusCode);
        }
    }

    private async Task<HttpClient> NewCustomerAsync()
    {
        var name = environment.NewName("c");
        await environment.Operator.CreateAsync("/v1/customers", new { name, password = "p", key_kind = "p-256" });
        return environment.Basic(name, "p");
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path) =>
        client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "GET" ? null : new StringContent("{}", new MediaTypeHeaderValue("application/json")) });
}
