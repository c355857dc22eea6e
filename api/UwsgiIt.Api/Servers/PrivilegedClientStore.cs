using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Servers;

/// <summary>Machines that may read secret uuids.</summary>
internal sealed class PrivilegedClientStore(StoreContext context) : Store<PrivilegedClient, PrivilegedClientView, PrivilegedClientCreate, PrivilegedClientPatch>(context)
{
    public override IQueryable<PrivilegedClient> Rows => Db.PrivilegedClients;

    public override async Task<PrivilegedClient> CreateAsync(PrivilegedClientCreate body, CancellationToken cancellationToken)
    {
        var row = new PrivilegedClient { Name = TextRules.Name("name", body.Name), Address = ServerStore.Address(body.Address), CertificateFingerprint = Fingerprint(body.CertificateFingerprint) };
        if (await Db.PrivilegedClients.AnyAsync(other => other.Name == row.Name, cancellationToken))
        {
            throw Fault.Conflict("The name is taken.");
        }

        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override Task UpdateAsync(PrivilegedClient row, PrivilegedClientPatch patch, CancellationToken cancellationToken)
    {
        row.Address = patch.Address is null ? row.Address : ServerStore.Address(patch.Address);
        row.CertificateFingerprint = patch.CertificateFingerprint is null ? row.CertificateFingerprint : Fingerprint(patch.CertificateFingerprint);
        return Db.SaveChangesAsync(cancellationToken);
    }

    protected override PrivilegedClientView View(PrivilegedClient row) => new() { Id = row.Id, Revision = row.Revision, Name = row.Name, Address = row.Address, CertificateFingerprint = row.CertificateFingerprint, Created = row.CreatedUnix, Modified = row.ModifiedUnix };

    private static string? Fingerprint(string? text) =>
        string.IsNullOrEmpty(text) ? null : text.Length == 64 && text.All(char.IsAsciiHexDigit) ? text.ToUpperInvariant() : throw Fault.Invalid("certificate_fingerprint", "is no SHA-256 in hex");
}
