using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Agents;

/// <summary>A host's certificate is renewed in time with the one it has, and a crash between any two steps locks nobody out.</summary>
public abstract class CertificateRenewalTests(ApiEnvironment environment)
{
    [Fact]
    public async Task Certificate_WithAThirdOfItsLifeLeft_IsRenewed_AndTheOldOneEndsOnceTheNewIsHeard()
    {
        using var directory = new TempDirectory();
        var (server, options) = await EnrolAsync(directory);
        File.SetUnixFileMode(options.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var renewal = new CertificateRenewal(options, null, time);
        Assert.Null(await renewal.RunAsync(CancellationToken.None));

        var owned = new List<string>();
        time.Advance(TimeSpan.FromDays(300));
        using var old = new HostClient(options);
        var before = await File.ReadAllTextAsync(options.Certificate);
        Assert.NotNull(await new CertificateRenewal(options, (fresh, like) => owned.Add($"{Path.GetFileName(fresh)} {Path.GetFileName(like)}"), time).RunAsync(CancellationToken.None));
        Assert.Equal(["host.key.new host.key", "host.crt.new host.crt"], owned);
        Assert.NotEqual(before, await File.ReadAllTextAsync(options.Certificate));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(options.Key));
        Assert.Equal(["authority.crt", "host.crt", "host.key", "host.key.lock"], Directory.EnumerateFiles(directory.Path).Select(Path.GetFileName).Order());

        // What the old one still had to say it can say, until the host is heard with the new one.
        await old.PostReceiptAsync(new HostReceipt { Agent = "router", Version = 1 }, CancellationToken.None);
        using var current = new HostClient(options);
        Assert.Equal(server.Name, (await current.GetContainersAsync(null, CancellationToken.None)).State!.ServerName);
        await old.PostReceiptAsync(new HostReceipt { Agent = "router", Version = 1 }, CancellationToken.None);
        await current.PostReceiptAsync(new HostReceipt { Agent = "containerd", Version = 1 }, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => old.PostReceiptAsync(new HostReceipt { Agent = "router", Version = 1 }, CancellationToken.None));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task Crash_BetweenAnyTwoSteps_IsFinishedByTheNextRun()
    {
        using var directory = new TempDirectory();
        var (_, options) = await EnrolAsync(directory);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(300));

        // 1 Signed, and the answer lost: the key is there, its certificate never came.
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        using (var client = new HostClient(options))
        {
            await File.WriteAllTextAsync(options.Key + ".new", key.ExportPkcs8PrivateKeyPem());
            await client.RenewCertificateAsync(new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequestPem(), CancellationToken.None);
        }

        Assert.NotNull(await new CertificateRenewal(options, null, time).RunAsync(CancellationToken.None));
        await CheckAsync(options);

        // 2 Both on disk, 3 the key moved and the certificate not: neither needs the api.
        foreach (var isKeyMoved in new[] { false, true })
        {
            using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
            using (var client = new HostClient(options))
            {
                var issued = await client.RenewCertificateAsync(new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequestPem(), CancellationToken.None);
                await File.WriteAllTextAsync(isKeyMoved ? options.Key : options.Key + ".new", key.ExportPkcs8PrivateKeyPem());
                await File.WriteAllTextAsync(options.Certificate + ".new", issued.Certificate);
            }

            Assert.Null(await new CertificateRenewal(options with { Api = new Uri("https://localhost:1") }, null, TimeProvider.System).RunAsync(CancellationToken.None));
            await CheckAsync(options);
        }
    }

    [Fact]
    public async Task Certificate_ThatExpired_IsRenewedWhereItIsTheRecordedOne_AndServesForNothingElse()
    {
        using var directory = new TempDirectory();
        var (server, options) = await EnrolAsync(directory);
        var authority = await environment.InspectAsync(static db => db.Authorities.AsNoTracking().FirstAsync());
        using var issuer = X509Certificate2.CreateFromPem(authority.Certificate, authority.PrivateKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256) { CertificateExtensions = { new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false) } };
        using var expired = request.Create(issuer, issuer.NotBefore.ToUniversalTime(), DateTimeOffset.UtcNow.AddMinutes(-1), [1, 2, 3]);
        await File.WriteAllTextAsync(options.Certificate, expired.ExportCertificatePem());
        await File.WriteAllTextAsync(options.Key, key.ExportPkcs8PrivateKeyPem());
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => new CertificateRenewal(options, null, TimeProvider.System).RunAsync(CancellationToken.None));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        var fingerprint = expired.GetCertHashString(HashAlgorithmName.SHA256);
        await environment.InspectAsync(db => db.Servers.Where(row => row.Id == server.Id).ExecuteUpdateAsync(set => set.SetProperty(static row => row.CertificateFingerprint, fingerprint)));
        using (var client = new HostClient(options))
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetContainersAsync(null, CancellationToken.None));
        }

        Assert.NotNull(await new CertificateRenewal(options, null, TimeProvider.System).RunAsync(CancellationToken.None));
        await CheckAsync(options);
    }

    [Fact]
    public async Task Renewal_WhileAnotherProcessIsAtIt_DoesNothing()
    {
        using var directory = new TempDirectory();
        var (_, options) = await EnrolAsync(directory);
        var before = await File.ReadAllTextAsync(options.Certificate);
        using (new FileStream(options.Key + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Null(await new CertificateRenewal(options, null, new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(300))).RunAsync(CancellationToken.None));
        }

        Assert.Equal(before, await File.ReadAllTextAsync(options.Certificate));
    }

    private async Task<(TestServer Server, HostClientOptions Options)> EnrolAsync(TempDirectory directory)
    {
        var server = await environment.NewServerAsync();
        await HostFiles.EnrolAsync(environment.Operator, server.Id, directory);
        return (server, new HostClientOptions { Api = environment.Tls, Certificate = directory.File("host.crt"), Key = directory.File("host.key"), Authority = directory.File("authority.crt") });
    }

    private static async Task CheckAsync(HostClientOptions options)
    {
        using var client = new HostClient(options);
        Assert.NotNull((await client.GetContainersAsync(null, CancellationToken.None)).State);
        Assert.False(File.Exists(options.Certificate + ".new"));
    }
}

[Collection("sqlite")]
public sealed class SqliteCertificateRenewalTests(SqliteEnvironment environment) : CertificateRenewalTests(environment);

[Collection("postgres")]
public sealed class PostgresCertificateRenewalTests(PostgresEnvironment environment) : CertificateRenewalTests(environment);
