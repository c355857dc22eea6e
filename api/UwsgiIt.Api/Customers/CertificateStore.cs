using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Customers;

/// <summary>TLS certificates customers give us for their names; the key is sealed and goes to routers only.</summary>
internal sealed class CertificateStore(StoreContext context) : Store<Certificate, CertificateView, CertificateCreate, CertificatePatch>(context)
{
    private const string SubjectAlternativeName = "2.5.29.17";

    public override IQueryable<Certificate> Rows => Db.Certificates;

    public override async Task<Certificate> CreateAsync(CertificateCreate body, CancellationToken cancellationToken)
    {
        var customerId = OwnerOf(body.Customer);
        var name = TextRules.Name("name", body.Name);
        if (await Db.Certificates.AnyAsync(other => other.CustomerId == customerId && other.Name == name, cancellationToken))
        {
            throw Fault.Conflict("The name is taken.");
        }

        var row = new Certificate { CustomerId = customerId, Name = name, Chain = "", PrivateKey = "", Names = "", Fingerprint = "" };
        await SetAsync(row, body.Chain, body.PrivateKey, cancellationToken);
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(Certificate row, CertificatePatch patch, CancellationToken cancellationToken)
    {
        if (patch.Chain is not null || patch.PrivateKey is not null)
        {
            await SetAsync(row, patch.Chain ?? row.Chain, patch.PrivateKey ?? row.PrivateKey, cancellationToken);
        }

        await Db.SaveChangesAsync(cancellationToken);
    }

    protected override CertificateView View(Certificate row) => new()
    {
        Id = row.Id,
        Revision = row.Revision,
        Name = row.Name,
        Customer = row.CustomerId,
        Names = row.Names.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        Chain = row.Chain,
        NotBefore = row.NotBeforeUnix,
        NotAfter = row.NotAfterUnix,
        Fingerprint = row.Fingerprint,
        Created = row.CreatedUnix,
        Modified = row.ModifiedUnix,
    };

    private async Task SetAsync(Certificate row, string chain, string privateKey, CancellationToken cancellationToken)
    {
        TextRules.Lines("chain", chain);
        TextRules.Lines("private_key", privateKey);
        try
        {
            using var leaf = X509Certificate2.CreateFromPem(chain, privateKey);
            var names = leaf.Extensions.FirstOrDefault(static extension => extension.Oid?.Value == SubjectAlternativeName) is { } extension ? new X509SubjectAlternativeNameExtension(extension.RawData).EnumerateDnsNames().Select(static name => name.ToLowerInvariant()).ToList() : [];
            await CheckNamesAsync(row.CustomerId, names, cancellationToken);
            row.Names = string.Join(' ', names);
            row.NotBeforeUnix = new DateTimeOffset(leaf.NotBefore.ToUniversalTime()).ToUnixTimeSeconds();
            row.NotAfterUnix = new DateTimeOffset(leaf.NotAfter.ToUniversalTime()).ToUnixTimeSeconds();
            row.Fingerprint = leaf.GetCertHashString(HashAlgorithmName.SHA256);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw Fault.Invalid("chain", "is no certificate in PEM, or the key is not its own");
        }

        (row.Chain, row.PrivateKey) = (chain, privateKey);
    }

    // A certificate for somebody else's name would be served for it.
    private async Task CheckNamesAsync(int customerId, List<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
        {
            throw Fault.Invalid("chain", "names no host");
        }

        var own = await Db.Domains.Where(domain => domain.CustomerId == customerId).Select(static domain => domain.Name).ToListAsync(cancellationToken);
        if (names.Find(name => !own.Exists(domain => Covers(domain, name))) is { } foreign)
        {
            throw Fault.Invalid("chain", $"names {foreign}, which is no domain of the customer");
        }
    }

    /// <summary>True when whoever has this domain may be served for this name of a certificate.</summary>
    public static bool Covers(string domain, string name)
    {
        var plain = name.StartsWith("*.", StringComparison.Ordinal) ? name[1..] : name;
        return domain == plain || (domain.StartsWith('.') && plain.EndsWith(domain, StringComparison.Ordinal));
    }
}
