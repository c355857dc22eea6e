using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>Answers of a real responder, <c>openssl ocsp</c>, as a real client, <c>openssl s_client</c>, gets them in its handshake.</summary>
public sealed class OcspTests
{
    private const string Name = "www.example.com";

    [SkippableTheory]
    [InlineData("V", "Cert Status: good")]
    [InlineData("R", "OCSP response: no response sent")]
    public async Task Answer_IsStapledWhenGood(string status, string expected)
    {
        SkipUnlessOurs();
        var port = RouterEnvironment.FreePort();
        await using var router = await StartAsync($"http://127.0.0.1:{port}/", out var server);
        StartResponder(router, port, server, status);
        if (status == "R")
        {
            await Eventually.TrueAsync(async () => (await HandshakeAsync(router)).Length > 0 && router.Process.Output.Contains("is revoked, says its authority", StringComparison.Ordinal), "the router knows", 60);
        }

        await Eventually.TrueAsync(async () => (await HandshakeAsync(router)).Contains(expected, StringComparison.Ordinal), expected, 60);
        Assert.Contains(status == "V" ? "stapled{otel_scope_name=\"UwsgiIt.Router\"} 1" : "stapled{otel_scope_name=\"UwsgiIt.Router\"} 0", await router.MetricsAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task SilentResponder_HoldsUpNobody()
    {
        SkipUnlessOurs();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var router = await StartAsync($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/", out _);
        Assert.Contains("no response sent", await HandshakeAsync(router), StringComparison.Ordinal);

        // It is being asked, and still says nothing.
        using var asked = await silent.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Contains("no response sent", await HandshakeAsync(router), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ResponderOfAPacketsCertificate_HasToBePublic()
    {
        SkipUnlessOurs();
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var authority = TestCertificates.Authority("Customer CA");
        var server = authority.IssueFor90Days($"http://127.0.0.1:{((IPEndPoint)inside.LocalEndpoint).Port}/", Name);
        await using var router = await RouterEnvironment.StartAsync();
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = Name, Address = "127.0.0.1:3031", Sni = new SniClaim(server.KeyPem, server.CertificatePem + "\n" + authority.CertificatePem, null, false) });
        await Eventually.TrueAsync(async () => (await HandshakeAsync(router)).Length > 0 && router.Process.Output.Contains("is no public address of the web", StringComparison.Ordinal), "the router does not ask", 60);
        Assert.False(inside.Pending());
    }

    private static void SkipUnlessOurs() => Skip.IfNot(RouterEnvironment.TlsEngine == "OpenSsl", "SslStream's context is made without downloads");

    private static Task<RouterEnvironment> StartAsync(string responder, out (TestCertificates Authority, TestCertificates Leaf) certificates)
    {
        var authority = TestCertificates.Authority("Responding CA");
        var leaf = authority.IssueFor90Days(responder, Name);
        certificates = (authority, leaf);
        return StartAsync();

        async Task<RouterEnvironment> StartAsync()
        {
            var router = new RouterEnvironment();
            await File.WriteAllTextAsync(router.Folder.File("authority.pem"), authority.CertificatePem);
            await File.WriteAllTextAsync(router.Folder.File("authority.key"), authority.KeyPem);
            await File.WriteAllTextAsync(router.Folder.File("server.crt"), leaf.CertificatePem + "\n" + authority.CertificatePem);
            await File.WriteAllTextAsync(router.Folder.File("server.key"), leaf.KeyPem);
            router.WriteSettings(settings => settings["Certificate"]!["Names"] = new JsonArray(new JsonObject { ["Name"] = Name, ["Certificate"] = router.Folder.File("server.crt"), ["Key"] = router.Folder.File("server.key") }));
            await router.StartRouterAsync();
            return router;
        }
    }

    /// <summary>Knows of one certificate, good (V) or revoked (R).</summary>
    private static void StartResponder(RouterEnvironment router, int port, (TestCertificates Authority, TestCertificates Leaf) certificates, string status)
    {
        var end = certificates.Leaf.Certificate.NotAfter.ToUniversalTime().ToString("yyMMddHHmmss", CultureInfo.InvariantCulture) + "Z";
        var revoked = status == "R" ? DateTime.UtcNow.AddHours(-1).ToString("yyMMddHHmmss", CultureInfo.InvariantCulture) + "Z" : "";
        File.WriteAllText(router.Folder.File("index.txt"), $"{status}\t{end}\t{revoked}\t{certificates.Leaf.Certificate.SerialNumber}\tunknown\t/CN={Name}\n");
        File.WriteAllText(router.Folder.File("index.txt.attr"), "unique_subject = no\n");
        router.Own(new ChildProcess("/usr/bin/openssl", ["ocsp", "-port", $"{port}", "-index", router.Folder.File("index.txt"), "-CA", router.Folder.File("authority.pem"), "-rsigner", router.Folder.File("authority.pem"), "-rkey", router.Folder.File("authority.key"), "-nmin", "10", "-ignore_err"]));
    }

    /// <summary>What a client that asks for an answer says of its handshake.</summary>
    private static async Task<string> HandshakeAsync(RouterEnvironment router)
    {
        using var client = new ChildProcess("/bin/sh", ["-c", $"exec /usr/bin/openssl s_client -connect {router.Https} -servername {Name} -status </dev/null"]);
        await client.WaitAsync(60);
        Assert.Contains("Verify return code", client.Output, StringComparison.Ordinal);
        return client.Output;
    }
}
