using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Storage;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Domains;

/// <summary>A name that is sold: who proves it later gets it, after a notice in which its owner may prove it anew.</summary>
public abstract class DomainClaimTests(ApiEnvironment environment)
{
    private static readonly TimeSpan Notice = TimeSpan.FromDays(7);

    [Fact]
    public async Task Claim_OfWhoProvesLater_MovesTheNameAfterTheNotice_AndNothingElse()
    {
        var (owner, claimant, name) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync(), $"{environment.NewName()}.example.org");
        var domain = await owner.NewDomainAsync(name);
        var id = domain["id"]!.GetValue<int>();
        using var noted = await owner.Client.PatchJsonAsync($"/v1/domains/{id}", new { note = "owner's" });
        await owner.NewContainerAsync(runnable: true);
        await claimant.NewContainerAsync(runnable: true);
        var certificate = TestCertificates.Server(name);
        await owner.Client.CreateAsync("/v1/certificates", new { name = "c", chain = certificate.CertificatePem, private_key = certificate.KeyPem });

        // Nothing proven, nothing claimed; on the legacy root never.
        Assert.Equal(409, (await claimant.Client.SendJsonAsync("POST", "/v1/domains", $$"""{"name": "{{name}}"}""")).Status);
        environment.Proof.Proven[(name, claimant.Uuid)] = true;
        Assert.Equal(409, (await claimant.Client.SendJsonAsync("POST", "/api/domains", $$"""{"name": "{{name}}"}""")).Status);
        var claim = await claimant.Client.CreateAsync("/v1/domains", new { name }, HttpStatusCode.Accepted);
        var due = claim["due"]!.GetValue<long>();
        Assert.Equal(due, (await claimant.Client.CreateAsync("/v1/domains", new { name }, HttpStatusCode.Accepted))["due"]!.GetValue<long>());
        Assert.Equal(due, (await owner.Client.GetNodeAsync($"/v1/domains/{id}"))["due"]!.GetValue<long>());
        Assert.Equal(404, (await claimant.Client.SendAsync("GET", $"/v1/domains/{id}")).Status);

        // Before it is due nothing moves, and neither while the owner still proves it.
        environment.Proof.Proven.TryRemove((name, owner.Uuid), out _);
        await RunAsync(due - 10);
        Assert.Equal(owner.Id, await OwnerAsync(name));
        using var host = await environment.HostAsync(owner.Server);
        Assert.Single((await host.GetNodeAsync("/v1/host/router"))["certificates"]!.AsArray());
        await RunAsync(due + 10);
        Assert.Equal(claimant.Id, await OwnerAsync(name));
        Assert.Equal(404, (await owner.Client.SendAsync("GET", $"/v1/domains/{id}")).Status);
        var moved = (await claimant.Client.GetNodeAsync($"/v1/domains?name={name}"))["items"]![0]!;
        Assert.Null(moved["note"]);
        Assert.NotEqual(domain["uuid"]!.GetValue<string>(), moved["uuid"]!.GetValue<string>());

        // The old owner's host neither verifies announces of it nor has its certificate; both feeds say so.
        var state = await host.GetNodeAsync("/v1/host/router");
        Assert.Empty(state["certificates"]!.AsArray());
        Assert.DoesNotContain(name, state["keys"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains((await owner.Client.GetNodeAsync("/v1/changes?limit=1000"))["items"]!.AsArray(), change => change!["kind"]!.GetValue<string>() == "domain" && change["object"]!.GetValue<int>() == id && change["action"]!.GetValue<string>() == "deleted");
        Assert.Contains((await claimant.Client.GetNodeAsync("/v1/audit?kind=domain"))["items"]!.AsArray(), static entry => entry!["actor"]!.GetValue<string>() == "domain-upkeep");
    }

    [Fact]
    public async Task Claim_EndsWhenTheOwnerProvesAnew_AndAnOperatorsWordIsNotClaimed()
    {
        var (owner, claimant, name) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync(), $"{environment.NewName()}.example.org");
        var id = (await owner.NewDomainAsync(name))["id"]!.GetValue<int>();
        environment.Proof.Proven[(name, claimant.Uuid)] = true;
        var due = (await claimant.Client.CreateAsync("/v1/domains", new { name }, HttpStatusCode.Accepted))["due"]!.GetValue<long>();
        Assert.Equal(200, (await owner.Client.SendAsync("POST", $"/v1/domains/{id}/verify")).Status);
        Assert.Null((await owner.Client.GetNodeAsync($"/v1/domains/{id}"))["due"]);

        // Claimed again, and settled for the owner, whose record still stands when it is due.
        await claimant.Client.CreateAsync("/v1/domains", new { name }, HttpStatusCode.Accepted);
        await RunAsync(due + 100);
        Assert.Equal(owner.Id, await OwnerAsync(name));
        Assert.Null((await owner.Client.GetNodeAsync($"/v1/domains/{id}"))["due"]);

        var vouched = $"{environment.NewName()}.example.org";
        await environment.Operator.CreateAsync("/v1/domains", new { name = vouched, customer = owner.Id });
        environment.Proof.Proven[(vouched, claimant.Uuid)] = true;
        Assert.Equal(409, (await claimant.Client.SendJsonAsync("POST", "/v1/domains", $$"""{"name": "{{vouched}}"}""")).Status);
    }

    [Fact]
    public async Task Recheck_SaysWhichNamesAreNotProvenAnyMore_AndRemovesNone()
    {
        var (owner, name) = (await environment.NewCustomerAsync(), $"{environment.NewName()}.example.org");
        var id = (await owner.NewDomainAsync(name))["id"]!.GetValue<int>();
        var first = await owner.Client.GetNodeAsync($"/v1/domains/{id}");
        environment.Proof.Proven.TryRemove((name, owner.Uuid), out _);
        var later = first["verified"]!.GetValue<long>() + 100_000;
        await RunAsync(later, TimeSpan.FromDays(1));
        var stale = await owner.Client.GetNodeAsync($"/v1/domains/{id}");
        Assert.Equal(later, stale["unproven"]!.GetValue<long>());
        Assert.Equal(first["verified"]!.GetValue<long>(), stale["verified"]!.GetValue<long>());

        // Still not: nothing new to tell. Then it is there again.
        await RunAsync(later + 100_000, TimeSpan.FromDays(1));
        Assert.Equal(stale["revision"]!.GetValue<long>(), (await owner.Client.GetNodeAsync($"/v1/domains/{id}"))["revision"]!.GetValue<long>());
        environment.Proof.Proven[(name, owner.Uuid)] = true;
        await RunAsync(later + 200_000, TimeSpan.FromDays(1));
        var proven = await owner.Client.GetNodeAsync($"/v1/domains/{id}");
        Assert.Null(proven["unproven"]);
        Assert.Equal(later + 200_000, proven["verified"]!.GetValue<long>());
    }

    private async Task RunAsync(long unix, TimeSpan? recheck = null)
    {
        var services = environment.Services;
        using var upkeep = new DomainUpkeep(services.GetRequiredService<ApiContextFactory>(), environment.Proof, services.GetRequiredService<PeerAddress>(), services.GetRequiredService<ChangeSignal>(), services.GetRequiredService<IHttpContextAccessor>(),
            Options.Create(new DnsOptions { NoticePeriod = Notice, RecheckInterval = recheck }), new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(unix)), NullLogger<DomainUpkeep>.Instance);
        await upkeep.RunOnceAsync(CancellationToken.None);
    }

    private async Task<int> OwnerAsync(string name) => (await environment.Operator.GetNodeAsync($"/v1/domains?name={name}"))["items"]![0]!["customer"]!.GetValue<int>();
}

[Collection("sqlite")]
public sealed class SqliteDomainClaimTests(SqliteEnvironment environment) : DomainClaimTests(environment);

[Collection("postgres")]
public sealed class PostgresDomainClaimTests(PostgresEnvironment environment) : DomainClaimTests(environment);
