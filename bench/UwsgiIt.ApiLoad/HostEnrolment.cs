using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using UwsgiIt.Api.Contracts;

namespace UwsgiIt.ApiLoad;

/// <summary>Gives a server of the api a client certificate, as <c>uwsgiit api certificate</c> does.</summary>
internal static class HostEnrolment
{
    public static async Task<HostClientOptions> EnrolAsync(HttpClient operatorClient, int serverId, int tlsPort, string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var response = await operatorClient.PostAsJsonAsync($"/v1/servers/{serverId}/certificate", new { request = new CertificateRequest("CN=load", key, HashAlgorithmName.SHA256).CreateSigningRequestPem() });
        response.EnsureSuccessStatusCode();
        var issued = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        var options = new HostClientOptions { Api = new Uri($"https://localhost:{tlsPort}"), Certificate = $"{folder}/load{serverId}.crt", Key = $"{folder}/load{serverId}.key", Authority = $"{folder}/load-authority.crt" };
        await File.WriteAllTextAsync(options.Certificate, issued["certificate"]!.GetValue<string>());
        await File.WriteAllTextAsync(options.Key, key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(options.Authority, issued["authority"]!.GetValue<string>());
        return options;
    }
}
