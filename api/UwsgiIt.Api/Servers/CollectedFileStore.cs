using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Servers;

/// <summary>Files hosts send in. A host sends only what its own list allows as well.</summary>
internal sealed class CollectedFileStore(StoreContext context) : Store<CollectedFile, CollectedFileView, CollectedFileCreate, NoBody>(context)
{
    public override IQueryable<CollectedFile> Rows => Db.CollectedFiles;

    public override async Task<CollectedFile> CreateAsync(CollectedFileCreate body, CancellationToken cancellationToken)
    {
        var row = new CollectedFile { Filename = TextRules.Name("filename", body.Filename) };
        if (!row.Filename.StartsWith('/') || row.Filename.Contains("..", StringComparison.Ordinal))
        {
            throw Fault.Invalid("filename", "is no plain absolute path");
        }

        if (await Db.CollectedFiles.AnyAsync(other => other.Filename == row.Filename, cancellationToken))
        {
            throw Fault.Conflict("It is in the list.");
        }

        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    protected override CollectedFileView View(CollectedFile row) => new() { Id = row.Id, Revision = row.Revision, Filename = row.Filename, Created = row.CreatedUnix, Modified = row.ModifiedUnix };
}
