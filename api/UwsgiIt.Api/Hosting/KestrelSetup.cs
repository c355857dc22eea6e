using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using UwsgiIt.Api.Servers;

namespace UwsgiIt.Api.Hosting;

/// <summary>Our listeners and limits.</summary>
internal static class KestrelSetup
{
    /// <summary>Largest body anywhere, in bytes: a host's metrics. Customers' routes have their own, smaller bounds. Arbitrary, may grow.</summary>
    public const long MaxBodyBytes = 16 * 1024 * 1024;

    public static void Apply(KestrelServerOptions kestrel, ListenerOptions options, CertificateAuthority authority)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        foreach (var endpoint in options.EffectiveEndpoints)
        {
            if (endpoint.Address.StartsWith('/'))
            {
                RemoveStale(endpoint.Address);
                kestrel.ListenUnixSocket(endpoint.Address, listen => Secure(listen, endpoint, authority));
            }
            else
            {
                kestrel.Listen(IPEndPoint.Parse(endpoint.Address), listen => Secure(listen, endpoint, authority));
            }
        }
    }

    /// <summary>The mode is set once the listener is bound; before that only we know of the socket's folder's guard.</summary>
    public static void SetSocketModes(ListenerOptions options)
    {
        foreach (var endpoint in options.EffectiveEndpoints.Where(static endpoint => endpoint.Address.StartsWith('/')))
        {
            File.SetUnixFileMode(endpoint.Address, (UnixFileMode)Convert.ToInt32(endpoint.Mode, 8));
        }
    }

    private static void Secure(ListenOptions listen, EndpointOptions endpoint, CertificateAuthority authority)
    {
        if (!endpoint.Tls)
        {
            return;
        }

        listen.UseHttps(https =>
        {
            https.ServerCertificateSelector = (_, _) => authority.OwnCertificate;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;

            // Judged per request: an expired certificate may still renew, and a stranger's counts as none.
            https.ClientCertificateValidation = static (_, _, _) => true;
            https.OnAuthenticate = (_, tls) => tls.CertificateRevocationCheckMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck;
        });
    }

    private static void RemoveStale(string path)
    {
        // A stale socket of ours; anything else at that path makes the bind fail, as it should.
        if (File.Exists(path) && new FileInfo(path).Length == 0)
        {
            File.Delete(path);
        }
    }
}
