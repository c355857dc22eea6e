using System.Net;

namespace UwsgiIt.Api.FunctionalTests;

/// <summary>A server is never given away twice.</summary>
public abstract class CapacityTests(ApiEnvironment environment)
{
    [Fact]
    public async Task Server_SixtyFourWriters_IsNeverOverbooked()
    {
        var customer = await environment.NewCustomerAsync();
        using var sized = await environment.Operator.PatchJsonAsync($"/v1/servers/{customer.Server.Id}", new { memory = 1000, storage = 100_000 });
        Assert.Equal(HttpStatusCode.OK, sized.StatusCode);
        var made = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i => i % 2 == 0
            ? (await customer.Client.SendAsync("POST", "/api/containers", $$"""{"server": "{{customer.Server.Address}}", "name": "w{{i}}", "memory": 70, "storage": 10}""")).Status == 201
            : (await customer.Client.SendJsonAsync("POST", "/v1/containers", $$"""{"server": {{customer.Server.Id}}, "name": "w{{i}}", "memory": 70, "storage": 10}""")).Status == 201));
        Assert.Equal(1000 / 70, made.Count(static done => done));

        // Growing is booking too.
        var uids = (await customer.Client.GetNodeAsync("/v1/containers"))["items"]!.AsArray().Select(static item => item!["uid"]!.GetValue<int>()).ToList();
        await Task.WhenAll(uids.Select(uid => customer.Client.PatchJsonAsync($"/v1/containers/{uid}", new { memory = 80 })));
        var view = await environment.Operator.GetNodeAsync($"/v1/servers/{customer.Server.Id}");
        Assert.InRange(view["free_memory"]!.GetValue<int>(), 0, 9);
        Assert.Equal(HttpStatusCode.Conflict, (await environment.Operator.PatchJsonAsync($"/v1/servers/{customer.Server.Id}", new { memory = 500 })).StatusCode);
    }
}

[Collection("sqlite")]
public sealed class SqliteCapacityTests(SqliteEnvironment environment) : CapacityTests(environment);

[Collection("postgres")]
public sealed class PostgresCapacityTests(PostgresEnvironment environment) : CapacityTests(environment);
