using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace UwsgiIt.Api.FunctionalTests.VersionOne;

/// <summary>
/// Made from the OpenAPI document: every path and verb, called by a stranger with ids of somebody else's objects. Nothing of theirs may be seen
/// or changed. A path whose ids the test cannot fill fails it, so that a new endpoint is not forgotten.
/// </summary>
public abstract class IsolationTests(ApiEnvironment environment)
{
    private const string Marker = "victims-own-words";

    [Fact]
    public async Task EveryEndpointAndVerb_OfAnotherTenant_LeaksAndChangesNothing()
    {
        var (victim, stranger) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync());
        var ids = await FillAsync(victim);
        var document = await environment.Anonymous().GetNodeAsync("/v1/openapi.json");
        var before = await StateAsync(victim);
        var calls = 0;
        foreach (var (template, operations) in document["paths"]!.AsObject())
        {
            var path = Fill(template, ids);
            foreach (var (verb, operation) in operations!.AsObject())
            {
                foreach (var body in Bodies(document, operation!, ids))
                {
                    var method = verb.ToUpperInvariant();
                    if (template is "/v1/events" or "/v1/host/events")
                    {
                        continue; // A stream that does not end: FeedTests.
                    }

                    var (status, text) = await stranger.Client.SendJsonAsync(method, path, body);
                    calls++;
                    Assert.False(text.Contains(Marker, StringComparison.Ordinal), $"{method} {path} shows a stranger {text}");
                    Assert.True(status < 500, $"{method} {path} {body}: {status} {text}");
                    if (template.Contains('{', StringComparison.Ordinal) && !template.StartsWith("/v1/distros", StringComparison.Ordinal) && !template.StartsWith("/v1/news", StringComparison.Ordinal))
                    {
                        Assert.True(status is 400 or 403 or 404 or 405, $"{method} {path} {body}: {status} {text}");
                    }
                }
            }
        }

        Assert.True(calls > 100, $"Only {calls} calls were made.");
        Assert.Equal(before, await StateAsync(victim));
    }

    /// <summary>What the document does not have the others would not look at: nothing under the modern root may be missing, and no verb beside what it has may do anything.</summary>
    [Fact]
    public async Task Document_HasEveryEndpoint_AndOtherVerbsAreRefused()
    {
        var document = await environment.Anonymous().GetNodeAsync("/v1/openapi.json");
        var described = document["paths"]!.AsObject().SelectMany(static path => path.Value!.AsObject().Select(verb => $"{verb.Key.ToUpperInvariant()} {path.Key}")).ToHashSet(StringComparer.Ordinal);
        var mapped = environment.Services.GetServices<EndpointDataSource>().SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(static endpoint => endpoint.RoutePattern.RawText!.TrimStart('/').StartsWith("v1/", StringComparison.Ordinal) && !endpoint.RoutePattern.RawText.EndsWith("openapi.json", StringComparison.Ordinal))
            .SelectMany(static endpoint => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => $"{method} /{System.Text.RegularExpressions.Regex.Replace(endpoint.RoutePattern.RawText!.Trim('/'), @"\{(\w+):[^}]+\}", "{$1}")}")).ToList();
        Assert.True(mapped.Count > 100, $"{mapped.Count} endpoints");
        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        foreach (var path in document["paths"]!.AsObject())
        {
            foreach (var method in new[] { "GET", "POST", "PUT", "PATCH", "DELETE" }.Where(method => !described.Contains($"{method} {path.Key}")))
            {
                var (status, _) = await environment.Operator.SendJsonAsync(method, System.Text.RegularExpressions.Regex.Replace(path.Key, @"\{[^}]+\}", "1"), method == "GET" ? null : "{}");
                Assert.True(status == 405, $"{method} {path.Key}: {status}");
            }
        }
    }

    /// <summary>A host of somebody else's is a stranger too.</summary>
    [Fact]
    public async Task EveryEndpoint_ForAHostOfAnotherServer_ShowsNothingOfTheVictims()
    {
        var (victim, stranger) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync());
        var ids = await FillAsync(victim);
        using var host = await environment.HostAsync(stranger.Server);
        var document = await environment.Anonymous().GetNodeAsync("/v1/openapi.json");
        var before = await StateAsync(victim);
        foreach (var (template, operations) in document["paths"]!.AsObject())
        {
            foreach (var (verb, operation) in operations!.AsObject().Where(_ => template is not ("/v1/events" or "/v1/host/events")))
            {
                foreach (var body in Bodies(document, operation!, ids))
                {
                    var (status, text) = await host.SendJsonAsync(verb.ToUpperInvariant(), Fill(template, ids), body);
                    Assert.False(text.Contains(Marker, StringComparison.Ordinal), $"{verb} {template} shows another host {text}");
                    Assert.True(status < 500 && (status >= 400 || template.StartsWith("/v1/host/", StringComparison.Ordinal) || template == "/v1/authority"), $"{verb} {template} {body}: {status} {text}");
                }
            }
        }

        Assert.Equal(before, await StateAsync(victim));
    }

    [Fact]
    public async Task EveryEndpoint_WithoutALogin_AnswersNobody()
    {
        var document = await environment.Anonymous().GetNodeAsync("/v1/openapi.json");
        foreach (var (template, operations) in document["paths"]!.AsObject())
        {
            foreach (var (verb, operation) in operations!.AsObject())
            {
                var path = System.Text.RegularExpressions.Regex.Replace(template, @"\{[^}]+\}", "1");
                foreach (var body in Bodies(document, operation!, []))
                {
                    var (status, _) = await environment.Anonymous().SendJsonAsync(verb.ToUpperInvariant(), path, body);
                    Assert.True(status is 401 or 403 || template == "/v1/authority", $"{verb} {path}: {status}");
                }
            }
        }
    }

    private static string Fill(string template, Dictionary<string, string> ids) => System.Text.RegularExpressions.Regex.Replace(template, @"\{(\w+)\}", match =>
    {
        var key = match.Groups[1].Value == "id" ? template.Split('/')[2] : match.Groups[1].Value;
        return ids.TryGetValue(key, out var id) ? id : throw new InvalidOperationException($"{template}: add an object of the victim for {key}, so that this path is tested too.");
    });

    /// <summary>Bodies from the schema: numbers that name objects are the victim's.</summary>
    private static IEnumerable<string?> Bodies(JsonNode document, JsonNode operation, Dictionary<string, string> ids)
    {
        if (operation["requestBody"]?["content"]?["application/json"]?["schema"] is not { } schema)
        {
            yield return null;
            yield break;
        }

        yield return Sample(document, schema, ids, "", all: false)?.ToJsonString();
        yield return Sample(document, schema, ids, "", all: true)?.ToJsonString();
    }

    private static JsonNode? Sample(JsonNode document, JsonNode schema, Dictionary<string, string> ids, string name, bool all)
    {
        if (schema["$ref"]?.GetValue<string>() is { } reference)
        {
            schema = document["components"]!["schemas"]![reference.Split('/')[^1]]!;
        }

        if ((schema["oneOf"] ?? schema["anyOf"]) is JsonArray choices)
        {
            return Sample(document, choices.First(static choice => choice!["type"]?.ToString() != "null")!, ids, name, all);
        }

        var type = schema["type"] is JsonArray types ? types.Select(static item => item!.GetValue<string>()).First(static item => item != "null") : schema["type"]?.GetValue<string>();
        switch (type)
        {
            case "object":
                var required = schema["required"]?.AsArray().Select(static item => item!.GetValue<string>()).ToHashSet() ?? [];
                var made = new JsonObject();
                foreach (var (key, value) in schema["properties"]?.AsObject() ?? [])
                {
                    if (all || required.Contains(key))
                    {
                        made[key] = Sample(document, value!, ids, key, all);
                    }
                }

                return made;
            case "array":
                return new JsonArray(Sample(document, schema["items"]!, ids, name, all));
            case "boolean":
                return true;
            case "integer" or "number":
                var kind = name switch { "to" => "containers", "unix" or "version" => "", _ => ids.Keys.FirstOrDefault(key => key.StartsWith(name, StringComparison.Ordinal)) ?? "" };
                return ids.TryGetValue(kind, out var id) ? int.Parse(id, System.Globalization.CultureInfo.InvariantCulture) : 2000;
            default:
                return name switch { "email" or "alarm_mail" => "a@example.com", "address" => "192.0.2.77", "webhook" => "https://example.com", "proto" => "tcp", "role" => "owner", "scopes" => "read", _ => "stranger" };
        }
    }

    private async Task<Dictionary<string, string>> FillAsync(TestCustomer victim)
    {
        var uid = await victim.NewContainerAsync(Marker, runnable: true);
        var other = await victim.NewContainerAsync(Marker);
        var client = victim.Client;
        await client.SendAsync("POST", $"/api/containers/{other}", """{"custom_distros_storage": true}""");
        using var renamed = await environment.Operator.PatchJsonAsync($"/v1/servers/{victim.Server.Id}", new { name = Marker + victim.Id, note = Marker });
        var domain = await victim.NewDomainAsync($"{Marker}{victim.Id}.example.org");
        await client.SendAsync("POST", $"/api/alarms/raise/{uid}", Marker);
        var certificate = UwsgiIt.Tests.Common.TestCertificates.Server(domain["name"]!.GetValue<string>());
        var host = await environment.HostAsync(victim.Server);
        await host.SendAsync("POST", $"/api/private/metrics/domain.hits/{uid}", $$"""{"domain": {{domain["name"]!.ToJsonString()}}, "unix": {{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}}, "value": 9}""");

        async Task<string> MakeAsync(HttpClient maker, string path, object body) => (await maker.CreateAsync(path, body))["id"]!.ToString();
        return new Dictionary<string, string>
        {
            ["customers"] = $"{victim.Id}",
            ["servers"] = $"{victim.Server.Id}",
            ["containers"] = $"{uid}",
            ["domains"] = domain["id"]!.ToString(),
            ["users"] = await MakeAsync(client, "/v1/users", new { name = "sub", password = "x", role = "member", email = Marker }),
            ["tokens"] = await MakeAsync(client, "/v1/tokens", new { name = Marker, scopes = new[] { "all" } }),
            ["certificates"] = await MakeAsync(client, "/v1/certificates", new { name = Marker, chain = certificate.CertificatePem, private_key = certificate.KeyPem }),
            ["links"] = await MakeAsync(client, "/v1/links", new { container = uid, to = other }),
            ["rules"] = await MakeAsync(environment.Operator, "/v1/rules", new { container = uid, direction = "in", source = "10.0.0.0/8", destination = "10.0.0.1", action = "deny", note = Marker }),
            ["portmaps"] = await MakeAsync(client, "/v1/portmaps", new { container = uid, proto = "tcp", public_port = 7000, private_port = 7000 }),
            ["loopboxes"] = await MakeAsync(client, "/v1/loopboxes", new { container = uid, filename = Marker, mountpoint = Marker, tags = new[] { Marker } }),
            ["custom-distros"] = await MakeAsync(client, "/v1/custom-distros", new { container = other, name = Marker, path = Marker }),
            ["tags"] = (await client.GetNodeAsync("/v1/tags"))["items"]![0]!["id"]!.ToString(),
            ["alarms"] = (await client.GetNodeAsync("/v1/alarms"))["items"]![0]!["id"]!.ToString(),
            ["legions"] = await MakeAsync(environment.Operator, "/v1/legions", new { name = Marker + victim.Id, address = "192.0.2.9", key = Marker, customer = victim.Id }),
            ["floating-addresses"] = await MakeAsync(environment.Operator, "/v1/floating-addresses", new { address = $"198.51.100.{victim.Id % 250}", customer = victim.Id, note = Marker }),
            ["custom-services"] = await MakeAsync(environment.Operator, "/v1/custom-services", new { name = Marker + victim.Id, customer = victim.Id, server = victim.Server.Id, config = Marker }),
            ["attributes"] = await MakeAsync(environment.Operator, "/v1/attributes", new { customer = victim.Id, @namespace = Marker, key = "k", value = Marker }),
            ["datacenters"] = await MakeAsync(environment.Operator, "/v1/datacenters", new { name = Marker + victim.Id }),
            ["privileged-clients"] = await MakeAsync(environment.Operator, "/v1/privileged-clients", new { name = Marker + victim.Id, address = "192.0.2.3" }),
            ["collected-files"] = await MakeAsync(environment.Operator, "/v1/collected-files", new { filename = $"/every/host/may/see/{victim.Id}" }),
            ["distros"] = "1",
            ["news"] = await MakeAsync(environment.Operator, "/v1/news", new { content = "all may read this" }),
            ["version"] = (await client.GetNodeAsync("/v1/changes?limit=1"))["items"]![0]!["version"]!.ToString(),
            ["metric"] = "domain.hits?domain=" + domain["id"],
        };
    }

    /// <summary>Everything of the victim, as the database has it.</summary>
    private Task<string> StateAsync(TestCustomer victim) => environment.InspectAsync(async db =>
    {
        var lines = new List<string>();
        var containerIds = await db.Containers.Where(row => row.CustomerId == victim.Id).Select(static row => row.Id).ToListAsync();
        lines.AddRange((await db.Customers.Where(row => row.Id == victim.Id).ToListAsync()).Select(static row => $"customer {row.Id} {row.Revision} {row.KeyUnix}"));
        lines.AddRange((await db.Users.Where(row => row.CustomerId == victim.Id).ToListAsync()).Select(static row => $"user {row.Id} {row.Revision} {row.PasswordHash}"));
        lines.AddRange((await db.Tokens.Where(row => row.CustomerId == victim.Id).ToListAsync()).Select(static row => $"token {row.Id} {row.Revision}"));
        lines.AddRange((await db.Containers.Where(row => row.CustomerId == victim.Id).ToListAsync()).Select(static row => $"container {row.Id} {row.Revision} {row.AlarmKeyHash} {row.SecretUuid}"));
        lines.AddRange((await db.Domains.Where(row => row.CustomerId == victim.Id).ToListAsync()).Select(static row => $"domain {row.Id} {row.Revision}"));
        lines.AddRange((await db.Tags.Where(row => row.CustomerId == victim.Id).ToListAsync()).Select(static row => $"tag {row.Id} {row.Revision}"));
        lines.AddRange((await db.Certificates.Where(row => row.CustomerId == victim.Id).ToListAsync()).Select(static row => $"certificate {row.Id} {row.Revision}"));
        lines.AddRange((await db.Links.Where(row => containerIds.Contains(row.ContainerId)).ToListAsync()).Select(static row => $"link {row.Id}"));
        lines.AddRange((await db.Rules.Where(row => containerIds.Contains(row.ContainerId)).ToListAsync()).Select(static row => $"rule {row.Id} {row.Revision}"));
        lines.AddRange((await db.Portmaps.Where(row => containerIds.Contains(row.ContainerId)).ToListAsync()).Select(static row => $"portmap {row.Id}"));
        lines.AddRange((await db.Loopboxes.Where(row => containerIds.Contains(row.ContainerId)).ToListAsync()).Select(static row => $"loopbox {row.Id} {row.Revision}"));
        lines.AddRange((await db.CustomDistros.Where(row => containerIds.Contains(row.ContainerId)).ToListAsync()).Select(static row => $"custom distro {row.Id} {row.Revision}"));
        lines.AddRange((await db.Alarms.Where(row => containerIds.Contains(row.ContainerId)).ToListAsync()).Select(static row => $"alarm {row.Id}"));
        lines.AddRange((await db.Servers.Where(row => row.OwnerId == victim.Id).ToListAsync()).Select(static row => $"server {row.Id} {row.Revision}"));
        lines.Add($"services {await db.CustomServices.CountAsync(row => row.CustomerId == victim.Id)} legions {await db.Legions.CountAsync(row => row.CustomerId == victim.Id)} addresses {await db.FloatingAddresses.CountAsync(row => row.CustomerId == victim.Id)} attributes {await db.CustomerAttributes.CountAsync(row => row.CustomerId == victim.Id)}");
        return string.Join('\n', lines);
    });
}

[Collection("sqlite")]
public sealed class SqliteIsolationTests(SqliteEnvironment environment) : IsolationTests(environment);

[Collection("postgres")]
public sealed class PostgresIsolationTests(PostgresEnvironment environment) : IsolationTests(environment);
