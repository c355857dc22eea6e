using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Authentication;

/// <summary>Logins of hosts and privileged machines: a certificate of our authority, and the row it belongs to.</summary>
internal sealed class HostLogin(ApiContextFactory factory, CertificateAuthority authority)
{
    /// <summary>True when there is a certificate at all that we would take.</summary>
    public bool HasCertificate(X509Certificate2? certificate, bool evenExpired = false) => certificate is not null && authority.Accepts(certificate, evenExpired);

    /// <summary>The server: by its recorded certificate or the one before, else by address when none is recorded for that address. On the legacy root the address must agree too.</summary>
    public async Task<Caller?> ServerAsync(X509Certificate2 certificate, string address, bool legacy, CancellationToken cancellationToken)
    {
        var fingerprint = CertificateAuthority.FingerprintOf(certificate);
        await using var db = factory.CreateForEveryone();
        var found = await db.Servers.AsNoTracking().Where(server => server.CertificateFingerprint == fingerprint || server.PreviousFingerprint == fingerprint || (server.CertificateFingerprint == null && server.Address == address))
            .OrderBy(static server => server.CertificateFingerprint == null).Select(static server => new { server.Id, server.Name, server.Address }).FirstOrDefaultAsync(cancellationToken);
        return found is null || (legacy && found.Address != address) ? null : new Caller { Actor = $"server:{found.Name}", ServerId = found.Id, Role = UserRole.Reader };
    }

    public async Task<Caller?> PrivilegedAsync(X509Certificate2 certificate, string address, CancellationToken cancellationToken)
    {
        var fingerprint = CertificateAuthority.FingerprintOf(certificate);
        await using var db = factory.CreateForEveryone();
        var found = await db.PrivilegedClients.AsNoTracking().FirstOrDefaultAsync(client => client.Address == address && (client.CertificateFingerprint == null || client.CertificateFingerprint == fingerprint), cancellationToken);
        return found is null ? null : new Caller { Actor = $"privileged:{found.Name}" };
    }
}
