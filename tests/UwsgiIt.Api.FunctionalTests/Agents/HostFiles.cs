using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Agents;

/// <summary>What a host has to reach the api with.</summary>
internal static class HostFiles
{
    /// <summary>Writes host.crt, host.key and authority.crt.</summary>
    public static async Task EnrolAsync(HttpClient operatorClient, int serverId, TempDirectory directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var issued = await operatorClient.CreateAsync($"/v1/servers/{serverId}/certificate", new { request }, HttpStatusCode.OK);
        await File.WriteAllTextAsync(directory.File("host.crt"), issued["certificate"]!.GetValue<string>());
        await File.WriteAllTextAsync(directory.File("host.key"), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(directory.File("authority.crt"), issued["authority"]!.GetValue<string>());
    }
}
