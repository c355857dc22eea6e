using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace UwsgiIt.Api.FunctionalTests.VersionOne;

/// <summary>What every write of the modern root promises.</summary>
public abstract class WriteTests(ApiEnvironment environment)
{
    [Fact]
    public async Task Problem_IsProblemJsonWithFieldErrorsAndRequestId()
    {
        var customer = await environment.NewCustomerAsync();
        using var response = await customer.Client.PostJsonAsync("/v1/tags", new { name = "" });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("urn:uwsgiit:problem:bad-request", problem["type"]!.GetValue<string>());
        Assert.NotNull(problem["errors"]!["name"]);
        Assert.NotNull(problem["request_id"]);
        foreach (var (path, body, status) in new[] { ("/v1/tags", "{\"name\": 5}", 400), ("/v1/tags", "{\"nome\": \"x\"}", 400), ("/v1/tags", "{\"name\": \"a\", \"name\": \"b\"}", 400), ("/v1/tags", new string('[', 1000), 400), ("/v1/tags/5", "{}", 405), ("/v1/tags?dry_run=true", "null", 400), ("/v1/nothing", "{}", 404) })
        {
            var answer = await customer.Client.SendJsonAsync("POST", path, body);
            Assert.True(answer.Status == status, $"{path} {body}: {answer}");
            Assert.Equal(status, JsonNode.Parse(answer.Body)!["status"]!.GetValue<int>());
        }

        using var form = await customer.Client.PostAsync("/v1/tags", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.Equal("application/problem+json", form.Content.Headers.ContentType!.MediaType);
        Assert.Empty((await customer.Client.GetNodeAsync("/v1/tags"))["items"]!.AsArray());
    }

    [Fact]
    public async Task ETag_OldOne_IsRefusedAndUnchangedIsToldSo()
    {
        var customer = await environment.NewCustomerAsync();
        using var made = await customer.Client.PostJsonAsync("/v1/tags", new { name = "a" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var (path, tag) = (made.Headers.Location!.ToString(), made.Headers.ETag!.Tag);
        using var unchanged = new HttpRequestMessage(HttpMethod.Get, path);
        unchanged.Headers.TryAddWithoutValidation("If-None-Match", tag);
        Assert.Equal(HttpStatusCode.NotModified, (await customer.Client.SendAsync(unchanged)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(customer.Client, path, tag, new { name = "b" })).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await PatchAsync(customer.Client, path, tag, new { name = "c" })).StatusCode);
        using var delete = new HttpRequestMessage(HttpMethod.Delete, path);
        delete.Headers.TryAddWithoutValidation("If-Match", tag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await customer.Client.SendAsync(delete)).StatusCode);
        Assert.Equal("b", (await customer.Client.GetNodeAsync(path))["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task IdempotencyKey_SameRequest_IsDoneOnceAlsoAtOnce()
    {
        var customer = await environment.NewCustomerAsync();
        async Task<(HttpStatusCode, string)> PostAsync(object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/tokens") { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", "one");
            using var response = await customer.Client.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PostAsync(new { name = "t", scopes = new[] { "read" } })));
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.Equal(HttpStatusCode.Created, answers[0].Item1);
        Assert.Single((await customer.Client.GetNodeAsync("/v1/tokens"))["items"]!.AsArray());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(new { name = "other", scopes = new[] { "read" } })).Item1);
    }

    [Fact]
    public async Task DryRun_SaysWhatWouldBe_AndStoresNothing()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        var before = (await customer.Client.GetNodeAsync($"/v1/containers/{uid}")).ToJsonString();
        using var response = await customer.Client.PatchJsonAsync($"/v1/containers/{uid}?dry_run=true", new { memory = 200, reboot = true });
        var result = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.True(result["restarts"]!.GetValue<bool>());
        Assert.Equal(100, result["changes"]![0]!["before"]!["Memory"]!.GetValue<int>());
        Assert.Equal(200, result["result"]!["memory"]!.GetValue<int>());
        using var quiet = await customer.Client.PatchJsonAsync($"/v1/containers/{uid}?dry_run=true", new { note = "n" });
        var small = JsonNode.Parse(await quiet.Content.ReadAsStringAsync())!;
        Assert.False(small["restarts"]!.GetValue<bool>());
        Assert.Equal("""{"Note":"n"}""", small["changes"]![0]!["after"]!.ToJsonString());
        using var refused = await customer.Client.PatchJsonAsync($"/v1/containers/{uid}?dry_run=true", new { memory = 1_000_000 });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal(before, (await customer.Client.GetNodeAsync($"/v1/containers/{uid}")).ToJsonString());
    }

    [Fact]
    public async Task List_ByPages_HasEverythingOnce()
    {
        var customer = await environment.NewCustomerAsync();
        for (var i = 0; i < 7; i++)
        {
            await customer.Client.CreateAsync("/v1/tags", new { name = $"t{i}" });
        }

        var names = new List<string>();
        string? after = null;
        do
        {
            var page = await customer.Client.GetNodeAsync($"/v1/tags?limit=3{(after is null ? "" : $"&after={after}")}");
            names.AddRange(page["items"]!.AsArray().Select(static item => item!["name"]!.GetValue<string>()));
            after = page["next"]?.GetValue<string>();
        }
        while (after is not null);
        Assert.Equal(Enumerable.Range(0, 7).Select(static i => $"t{i}"), names);
        foreach (var query in new[] { "limit=0", "limit=1001", "limit=x", "after=zzz" })
        {
            Assert.Equal(400, (await customer.Client.SendAsync("GET", $"/v1/tags?{query}")).Status);
        }
    }

    [Fact]
    public async Task Audit_EveryWrite_IsThereWithoutSecrets()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        using var changed = await customer.Client.PatchJsonAsync($"/v1/containers/{uid}", new { jid_secret = "very-secret", jid = "a@b" });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var version = long.Parse(changed.Headers.GetValues("UwsgiIt-Version").Single(), System.Globalization.CultureInfo.InvariantCulture);
        var log = (await customer.Client.GetNodeAsync($"/v1/audit?kind=container&object={uid}"))["items"]!.AsArray();
        var last = log[^1]!;
        Assert.Equal(("updated", $"user:{customer.Name}", $"PATCH /v1/containers/{uid}", version), (last["action"]!.GetValue<string>(), last["actor"]!.GetValue<string>(), last["call"]!.GetValue<string>(), last["version"]!.GetValue<long>()));
        Assert.Contains("a@b", last["after"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", log.ToJsonString(), StringComparison.Ordinal);
        await environment.InspectAsync(async db =>
        {
            await db.Database.OpenConnectionAsync();
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = $"SELECT \"JidSecret\" FROM \"Containers\" WHERE \"Id\" = {uid - 30_000}";
            Assert.StartsWith("s1:", (string)(await command.ExecuteScalarAsync())!, StringComparison.Ordinal);
            return 0;
        });
    }

    private static Task<HttpResponseMessage> PatchAsync(HttpClient client, string path, string tag, object body)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("If-Match", tag);
        return client.SendAsync(request);
    }
}

[Collection("sqlite")]
public sealed class SqliteWriteTests(SqliteEnvironment environment) : WriteTests(environment);

[Collection("postgres")]
public sealed class PostgresWriteTests(PostgresEnvironment environment) : WriteTests(environment);
