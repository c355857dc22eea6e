using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>Certificates ordered from a real ACME server, pebble, which refuses a fifth of our nonces; renewal information from one of our own.</summary>
public sealed class AcmeTests
{
    [Fact]
    public async Task Http01_AnAnnouncedNameIsServedWithACertificate_AndOthersTokensPass()
    {
        await using var router = new RouterEnvironment();
        var pebble = new Pebble(router);
        await pebble.StartAsync();
        await StartAsync(router, pebble.Settings("Http01"), static acme => acme["Announced"] = true);
        UwsgiVassal.Start(router, "www.example.com");
        await OrderedAsync(router, "www.example.com");
        Assert.Equal(200, await router.StatusAsync("www.example.com", "/.well-known/acme-challenge/somebody-elses"));
        Assert.DoesNotContain("Pebble", await ServedAsync(router, "nobody.example.com"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(router.Folder.File("acme/challenges")));
        foreach (var file in Directory.GetFiles(router.Folder.File("acme"), "*", SearchOption.AllDirectories))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.DoesNotContain("PRIVATE KEY", router.Process.Output, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await router.MetricsAsync()).Contains("uwsgiit_router_acme_first_expiry_seconds", StringComparison.Ordinal), "the expiry is a metric");
    }

    [Fact]
    public async Task TlsAlpn01_AListedName_WithAKeyOfTheKindAskedFor()
    {
        await using var router = new RouterEnvironment();
        var pebble = new Pebble(router);
        await pebble.StartAsync();
        await StartAsync(router, pebble.Settings("TlsAlpn01", "alpn.example.com"), static acme => acme["Key"] = "P384");
        await OrderedAsync(router, "alpn.example.com");
        using var certificate = X509Certificate2.CreateFromPemFile(router.Folder.File("acme/certificates/alpn.example.com.pem"));
        Assert.Equal(384, certificate.GetECDsaPublicKey()!.KeySize);
    }

    [Fact]
    public async Task Dns01_AWildcard_ByNsupdateAndNamed()
    {
        await using var router = new RouterEnvironment();
        var dns = await StartNamedAsync(router);
        var pebble = new Pebble(router);
        await pebble.StartAsync(dns: dns);
        var hook = router.Folder.File("hook");
        await File.WriteAllTextAsync(hook, $"#!/bin/sh\nNSUPDATE_SERVER='{dns.Replace(":", " ", StringComparison.Ordinal)}' NSUPDATE_KEY='{router.Folder.File("tsig.key")}' exec '{Path.Combine(Captures.SourceRoot, "deploy/acme/nsupdate-hook")}' \"$@\"\n");
        File.SetUnixFileMode(hook, (UnixFileMode)Convert.ToInt32("755", 8));
        await StartAsync(router, pebble.Settings("Dns01", "*.example.org"), acme => acme["DnsHook"] = hook);
        await OrderedAsync(router, "any.example.org");
    }

    [Fact]
    public async Task ExternalAccount_IsBound()
    {
        const string Secret = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
        await using var router = new RouterEnvironment();
        var pebble = new Pebble(router);
        await pebble.StartAsync(new JsonObject { ["externalAccountBindingRequired"] = true, ["externalAccountMACKeys"] = new JsonObject { ["kid-1"] = Secret } });
        await File.WriteAllTextAsync(router.Folder.File("binding"), Secret + "\n");
        await StartAsync(router, pebble.Settings("Http01", "www.example.com"), acme =>
        {
            acme["BindingKeyId"] = "kid-1";
            acme["BindingKeyFile"] = router.Folder.File("binding");
        });
        await OrderedAsync(router, "www.example.com");
        Assert.DoesNotContain(Secret, router.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnprovenName_IsTriedLater_AndABlockedOneHarmsNoOther()
    {
        await using var router = new RouterEnvironment();
        var pebble = new Pebble(router);

        // Nobody listens where the authority asks.
        await pebble.StartAsync(new JsonObject { ["domainBlocklist"] = new JsonArray("blocked.example.com") }, httpPort: RouterEnvironment.FreePort());
        await StartAsync(router, pebble.Settings("Http01", "blocked.example.com", "www.example.com"));
        foreach (var name in (string[])["blocked.example.com", "www.example.com"])
        {
            var file = router.Folder.File($"acme/names/{name}.json");
            await Eventually.TrueAsync(() => Task.FromResult(File.Exists(file)), $"{name} failed", 60);
            using var state = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            Assert.Equal(1, state.RootElement.GetProperty("Failures").GetInt32());
            Assert.True(state.RootElement.GetProperty("NextAttempt").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddSeconds(10));
        }

        Assert.Contains("No certificate for blocked.example.com: rejectedIdentifier", router.Process.Output, StringComparison.Ordinal);
        Assert.Contains("No certificate for www.example.com: connection", router.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Pebble", await ServedAsync(router, "www.example.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoRoutersOnOneStore_OrderOnce_AndRenewInTime()
    {
        await using var router = new RouterEnvironment();
        await using var other = new RouterEnvironment();
        var pebble = new Pebble(router);

        // A life of 60 s: two thirds are soon over, and 20 s are enough for a machine that is busy.
        await pebble.StartAsync(new JsonObject { ["certificateValidityPeriod"] = 60 });
        var settings = pebble.Settings("Http01", "www.example.com");
        await StartAsync(router, settings);
        await StartAsync(other, (JsonObject)settings.DeepClone());
        await OrderedAsync(router, "www.example.com");
        await OrderedAsync(other, "www.example.com");
        var file = router.Folder.File("acme/certificates/www.example.com.pem");
        using var first = X509Certificate2.CreateFromPemFile(file);
        Assert.True(pebble.Issued == 1 || DateTime.UtcNow > first.NotBefore.ToUniversalTime().AddSeconds(30), "two routers, two orders");
        await Eventually.TrueAsync(async () => X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(file)).SerialNumber != first.SerialNumber, "it is renewed before it ends", 90);
        Assert.True(DateTime.UtcNow < first.NotAfter.ToUniversalTime(), "too late");
        using var second = X509Certificate2.CreateFromPemFile(file);
        Assert.True(second.NotBefore >= first.NotBefore.AddSeconds(30), "too early");
    }

    [Fact]
    public async Task RenewalInformation_IsFollowed_AndTheOldCertificateNamed()
    {
        var certificate = TestCertificates.Server("localhost");
        await using var authority = await TestAuthority.StartAsync(certificate);
        await using var router = new RouterEnvironment();
        await File.WriteAllTextAsync(router.Folder.File("authority.crt"), certificate.CertificatePem);
        await StartAsync(router, new JsonObject
        {
            ["Authority"] = authority.Url + "/dir",
            ["AuthorityRoots"] = router.Folder.File("authority.crt"),
            ["AgreeToTerms"] = true,
            ["Store"] = router.Folder.File("acme"),
            ["Names"] = new JsonArray("www.example.com"),
            ["Interval"] = "00:00:00.3",
        });
        await Eventually.TrueAsync(() => Task.FromResult(authority.Advised == 2), "the second certificate is asked about too", 60);

        // The first order stands alone, the second replaces its certificate: serial number 0101, and there is no third.
        Assert.Equal(2, authority.Replaced.Count);
        Assert.Null(authority.Replaced[0]);
        Assert.EndsWith(".AQE", authority.Replaced[1], StringComparison.Ordinal);
        var file = router.Folder.File("acme/names/www.example.com.json");
        await Eventually.TrueAsync(async () =>
        {
            using var state = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            return state.RootElement.GetProperty("RenewAt").ValueKind == JsonValueKind.String && state.RootElement.GetProperty("RenewAt").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddDays(49);
        }, "a moment in the window is kept");
    }

    private static Task StartAsync(RouterEnvironment router, JsonObject acme, Action<JsonObject>? change = null)
    {
        change?.Invoke(acme);
        router.WriteSettings(settings => settings["Acme"] = acme);
        return router.StartRouterAsync();
    }

    /// <summary>A real name server with the zones example.org (changed by TSIG only) and everything else on loopback.</summary>
    private static async Task<string> StartNamedAsync(RouterEnvironment router)
    {
        var port = RouterEnvironment.FreePort();
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await File.WriteAllTextAsync(router.Folder.File("tsig.key"), $$"""key "acme" { algorithm hmac-sha256; secret "{{secret}}"; };""");
        await File.WriteAllTextAsync(router.Folder.File("zone"), """
            $TTL 1
            @ IN SOA ns.example.org. admin.example.org. 1 60 60 60 1
            @ IN NS ns.example.org.
            * IN A 127.0.0.1

            """);
        await File.WriteAllTextAsync(router.Folder.File("named.conf"), $$"""
            include "{{router.Folder.File("tsig.key")}}";
            options { directory "{{router.Folder.Path}}"; listen-on port {{port}} { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; session-keyfile none; recursion no; dnssec-validation no; };
            controls { };
            zone "example.org" { type primary; file "{{router.Folder.File("zone")}}"; allow-update { key acme; }; };
            """);
        var named = router.Own(new ChildProcess("/usr/sbin/named", ["-g", "-c", router.Folder.File("named.conf")]));
        await Eventually.TrueAsync(() => named.Process.HasExited ? throw new InvalidOperationException(named.Output) : Task.FromResult(named.Output.Contains("running", StringComparison.Ordinal)), "named runs");
        return $"127.0.0.1:{port}";
    }

    /// <summary>Waits until the name is served with a certificate of pebble's; a failed order ends the wait, with what the router says of it.</summary>
    private static Task OrderedAsync(RouterEnvironment router, string name) => Eventually.TrueAsync(async () =>
        (await ServedAsync(router, name)).Contains("Pebble", StringComparison.Ordinal) || (router.Process.Output.Contains("No certificate for", StringComparison.Ordinal) ? throw new InvalidOperationException(router.Process.Output) : false),
        $"{name} has a certificate", 60);

    /// <summary>Who signed the certificate that a name's handshakes get.</summary>
    private static async Task<string> ServedAsync(RouterEnvironment router, string name)
    {
        await using var stream = new SslStream(await RawClient.ConnectAsync(router.Https));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, RemoteCertificateValidationCallback = static (_, _, _, _) => true }).WaitAsync(TimeSpan.FromSeconds(30));
        return ((X509Certificate2)stream.RemoteCertificate!).Issuer;
    }
}
