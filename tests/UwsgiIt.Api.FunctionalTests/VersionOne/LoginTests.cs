using System.Text.Json.Nodes;

namespace UwsgiIt.Api.FunctionalTests.VersionOne;

/// <summary>Tokens, scopes, roles.</summary>
public abstract class LoginTests(ApiEnvironment environment)
{
    [Theory]
    [InlineData("read", "GET", "/v1/containers", null, 200)]
    [InlineData("read", "POST", "/v1/tags", """{"name": "x"}""", 403)]
    [InlineData("containers", "POST", "/v1/tags", """{"name": "x"}""", 201)]
    [InlineData("containers", "GET", "/v1/containers", null, 200)]
    [InlineData("containers", "GET", "/v1/certificates", null, 403)]
    [InlineData("domains", "GET", "/v1/containers", null, 403)]
    [InlineData("alarms:write", "GET", "/v1/alarms", null, 403)]
    [InlineData("alarms:write", "POST", "/v1/alarms", "ALARM", 201)]
    [InlineData("containers", "POST", "/v1/tokens", """{"name": "x", "scopes": ["read"]}""", 403)]
    [InlineData("account", "POST", "/v1/tokens", """{"name": "x", "scopes": ["all"]}""", 400)]
    [InlineData("account", "POST", "/v1/tokens", """{"name": "x", "scopes": ["account"]}""", 201)]
    [InlineData("all", "POST", "/v1/tokens", """{"name": "x", "scopes": ["nonsense"]}""", 400)]
    [InlineData("all", "GET", "/v1/datacenters", null, 403)]
    [InlineData("all", "POST", "/v1/distros", """{"name": "x", "path": "y"}""", 403)]
    public async Task Token_Scope_LimitsWhatItMay(string scope, string method, string path, string? body, int expected)
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        var token = (await customer.Client.CreateAsync("/v1/tokens", new { name = "t", scopes = new[] { scope } }))["secret"]!.GetValue<string>();
        var answer = await environment.Bearer(token).SendJsonAsync(method, path, body == "ALARM" ? $$"""{"container": {{uid}}, "msg": "x"}""" : body);
        Assert.True(answer.Status == expected, $"{answer}");
        Assert.Equal(401, (await environment.Bearer(token).SendAsync("GET", "/api/me")).Status);
    }

    [Fact]
    public async Task Token_DeletedOrExpired_IsWorthNothing()
    {
        var customer = await environment.NewCustomerAsync();
        var made = await customer.Client.CreateAsync("/v1/tokens", new { name = "t", scopes = new[] { "read" }, expires = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600 });
        var client = environment.Bearer(made["secret"]!.GetValue<string>());
        Assert.Equal(200, (await client.SendAsync("GET", "/v1/me")).Status);
        Assert.Null((await customer.Client.GetNodeAsync($"/v1/tokens/{made["id"]}"))["secret"]);
        Assert.Equal(204, (await customer.Client.SendAsync("DELETE", $"/v1/tokens/{made["id"]}")).Status);
        Assert.Equal(401, (await client.SendAsync("GET", "/v1/me")).Status);
        Assert.Equal(400, (await customer.Client.SendJsonAsync("POST", "/v1/tokens", """{"name": "t", "scopes": ["read"], "expires": 5}""")).Status);
        Assert.Equal(401, (await environment.Bearer("uit_nonsense").SendAsync("GET", "/v1/me")).Status);
    }

    [Fact]
    public async Task SubUser_Role_LimitsWhatItMay()
    {
        var customer = await environment.NewCustomerAsync();
        foreach (var role in new[] { "member", "reader" })
        {
            var user = await customer.Client.CreateAsync("/v1/users", new { name = role, password = "x", role });
            var client = environment.Basic($"{role}@{customer.Name}", "x");
            Assert.Equal($"{role}@{customer.Name}", user["name"]!.GetValue<string>());
            Assert.Equal(200, (await client.SendAsync("GET", "/api/containers")).Status);
            Assert.Equal(role == "member" ? 201 : 403, (await client.SendAsync("POST", "/api/tags", """{"name": "by-sub"}""")).Status);
            Assert.Equal(403, (await client.SendJsonAsync("POST", "/v1/users", """{"name": "y", "password": "x", "role": "owner"}""")).Status);
            Assert.Equal(403, (await client.SendJsonAsync("PATCH", $"/v1/customers/{customer.Id}", """{"vat": "x"}""")).Status);
            using var off = await customer.Client.PatchJsonAsync($"/v1/users/{user["id"]}", new { active = false });
            Assert.Equal(401, (await client.SendAsync("GET", "/api/containers")).Status);
        }

        var owner = (await customer.Client.GetNodeAsync("/v1/users"))["items"]!.AsArray().Single(static item => item!["role"]!.GetValue<string>() == "owner")!;
        Assert.Equal(409, (await customer.Client.SendAsync("DELETE", $"/v1/users/{owner["id"]}")).Status);
        Assert.Equal(403, (await customer.Client.SendJsonAsync("POST", "/v1/users", """{"name": "y", "password": "x", "role": "operator"}""")).Status);
    }

    [Fact]
    public async Task Bootstrap_LocalSocketOnly_MakesOperatorServerAndCertificateOnce()
    {
        Assert.Equal(401, (await environment.Anonymous().SendJsonAsync("POST", "/v1/bootstrap", """{"admin": "root", "password": "x"}""")).Status);
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=x", key, System.Security.Cryptography.HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var name = environment.NewName("boot");
        var made = await environment.Operator.CreateAsync("/v1/bootstrap", new { admin = name, password = "x", server = name, address = "127.8.8.8", memory = 1, storage = 1, request });
        var admin = environment.Bearer(made["token"]!.GetValue<string>());
        Assert.Equal("operator", (await admin.GetNodeAsync("/v1/me"))["role"]!.GetValue<string>());
        Assert.Equal(200, (await admin.SendAsync("GET", "/v1/datacenters")).Status);
        var host = environment.CertificateClient(ApiEnvironment.Joined(made["certificate"]!.GetValue<string>(), key), "127.8.8.8");
        Assert.Equal(200, (await host.SendAsync("GET", "/v1/host/containers")).Status);
        Assert.Equal(409, (await environment.Operator.SendJsonAsync("POST", "/v1/bootstrap", """{"admin": "again", "password": "x"}""")).Status);
        Assert.Equal(401, (await environment.Basic(name, "x").SendAsync("GET", "/api/me")).Status);
        Assert.Equal(200, (await environment.Basic(name, "x").SendAsync("GET", "/v1/me")).Status);
        Assert.Contains("BEGIN CERTIFICATE", JsonValue.Create(made["authority"]!.GetValue<string>()).ToString(), StringComparison.Ordinal);
    }
}

[Collection("sqlite")]
public sealed class SqliteLoginTests(SqliteEnvironment environment) : LoginTests(environment);

[Collection("postgres")]
public sealed class PostgresLoginTests(PostgresEnvironment environment) : LoginTests(environment);
