using System.Security.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Agents;

/// <summary>A host speaks to the api it was enrolled at, and to nobody else.</summary>
[Collection("sqlite")]
public sealed class HostClientTests(SqliteEnvironment environment)
{
    [Fact]
    public async Task Client_VerifiesTheServersNameAndAuthority()
    {
        using var directory = new TempDirectory();
        var server = await environment.NewServerAsync();
        await HostFiles.EnrolAsync(environment.Operator, server.Id, directory);
        var options = new HostClientOptions { Api = environment.Tls, Certificate = directory.File("host.crt"), Key = directory.File("host.key"), Authority = directory.File("authority.crt") };
        using (var client = new HostClient(options))
        {
            Assert.Equal(server.Name, (await client.GetContainersAsync(null, CancellationToken.None)).State!.ServerName);
        }

        // Its certificate is for localhost and 127.0.0.1: the same machine by another name is a stranger.
        using (var client = new HostClient(options with { Api = new UriBuilder(environment.Tls) { Host = "127.0.0.2" }.Uri }))
        {
            await RefusedAsync(client);
        }

        // So is a server of the right name from another authority.
        await File.WriteAllTextAsync(directory.File("other.crt"), TestCertificates.Server("localhost").CertificatePem);
        using (var client = new HostClient(options with { Authority = directory.File("other.crt") }))
        {
            await RefusedAsync(client);
        }
    }

    private static async Task RefusedAsync(HostClient client)
    {
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetContainersAsync(null, CancellationToken.None));
        Assert.IsType<AuthenticationException>(refused.InnerException);
    }
}
