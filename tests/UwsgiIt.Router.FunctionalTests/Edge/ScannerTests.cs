using System.Text.Json;
using System.Xml.Linq;
using UwsgiIt.Tests.Common;
using Xunit.Abstractions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>What others' scanners think of our TLS as it is without settings.</summary>
public sealed class ScannerTests(ITestOutputHelper output)
{
    private const string Scan = "/usr/bin/sslscan";
    private const string TestSsl = "/usr/bin/testssl";

    [SkippableFact]
    public async Task Sslscan_FindsModernProtocolsAndCiphersOnly()
    {
        Skip.IfNot(File.Exists(Scan), "sslscan is not installed");
        await using var router = await RouterEnvironment.StartAsync();
        var report = router.Folder.File("scan.xml");
        var scan = router.Own(new ChildProcess(Scan, [$"--xml={report}", "--sni-name=www.example.com", router.Https.ToString()]));
        Assert.Equal(0, await scan.WaitAsync(120));
        var found = XDocument.Load(report).Descendants("ssltest").Single();
        Assert.Equal(["1.2", "1.3"], found.Elements("protocol").Where(static protocol => (string?)protocol.Attribute("enabled") == "1").Select(static protocol => (string?)protocol.Attribute("version")));
        Assert.All(found.Elements("cipher"), static cipher =>
        {
            Assert.Contains((string?)cipher.Attribute("strength"), new[] { "strong", "acceptable" });
            Assert.Matches("^(TLS_AES|TLS_CHACHA20|ECDHE-)", (string?)cipher.Attribute("cipher"));
        });
        Assert.NotEmpty(found.Elements("cipher"));
        Assert.All(found.Elements("heartbleed"), static heartbleed => Assert.Equal("0", (string?)heartbleed.Attribute("vulnerable")));
        Assert.Equal("0", (string?)found.Element("renegotiation")!.Attribute("supported"));
        if (RouterEnvironment.TlsEngine == "OpenSsl")
        {
            Assert.DoesNotContain(found.Elements("group"), static group => ((string?)group.Attribute("name"))!.StartsWith("ffdhe", StringComparison.Ordinal));
            Assert.All(found.Elements("cipher"), static cipher => Assert.Matches("GCM|CHACHA20", (string?)cipher.Attribute("cipher")));
        }
    }

    [SkippableFact]
    public async Task Testssl_FindsNothingAboveLow()
    {
        Skip.IfNot(File.Exists(TestSsl), "testssl.sh is not installed");
        using var folder = new TempDirectory();
        var authority = TestCertificates.Authority("Scan CA");

        // As a public authority's: what it finds is to be ours, not the certificate's. Nobody answers at that address.
        var server = authority.IssueFor90Days("http://127.0.0.1:9/", "www.example.com");
        await File.WriteAllTextAsync(folder.File("www.example.com.crt"), server.CertificatePem + "\n" + authority.CertificatePem);
        await File.WriteAllTextAsync(folder.File("www.example.com.key"), server.KeyPem);
        await File.WriteAllTextAsync(folder.File("authority.pem"), authority.CertificatePem);
        await using var router = await RouterEnvironment.StartAsync(settings => settings["Certificate"]!["Directory"] = folder.Path);

        // All of it takes a minute and a half; what sslscan does not say is the server's order.
        var report = folder.File("report.json");
        string[] extent = RouterEnvironment.IsLong ? [] : ["-p", "-P"];
        var scan = router.Own(new ChildProcess(TestSsl, ["--quiet", "--warnings", "off", "--color", "0", .. extent, "--ip", "127.0.0.1", "--add-ca", folder.File("authority.pem"), "--jsonfile", report, $"www.example.com:{router.Https.Port}"]));
        await scan.WaitAsync(500);
        using var findings = JsonDocument.Parse(await File.ReadAllTextAsync(report));
        var bad = findings.RootElement.EnumerateArray()
            .Select(static finding => (Severity: finding.GetProperty("severity").GetString(), Text: $"{finding.GetProperty("id")}: {finding.GetProperty("finding")}"))
            .Where(static finding => finding.Severity is not ("OK" or "INFO" or "WARN")).ToList();
        output.WriteLine($"{findings.RootElement.GetArrayLength()} findings; {string.Join("; ", bad)}");
        Assert.InRange(findings.RootElement.GetArrayLength(), 10, int.MaxValue);
        Assert.DoesNotContain(bad, static finding => finding.Severity != "LOW");
    }
}
