using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Distros;

/// <summary>The operator's distros.</summary>
internal sealed class DistroStore(StoreContext context) : Store<Distro, DistroView, DistroCreate, DistroPatch>(context)
{
    public override IQueryable<Distro> Rows => Db.Distros;

    public override async Task<Distro> CreateAsync(DistroCreate body, CancellationToken cancellationToken)
    {
        var row = new Distro { Name = TextRules.Name("name", body.Name), Path = DistroPath.Check(body.Path), Note = TextRules.OrNull(TextRules.Lines("note", body.Note)) };
        await CheckFreeAsync(row, cancellationToken);
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(Distro row, DistroPatch patch, CancellationToken cancellationToken)
    {
        row.Name = patch.Name is null ? row.Name : TextRules.Name("name", patch.Name);
        row.Path = patch.Path is null ? row.Path : DistroPath.Check(patch.Path);
        row.Note = patch.Note is null ? row.Note : TextRules.OrNull(TextRules.Lines("note", patch.Note));
        await CheckFreeAsync(row, cancellationToken);
        Touch(row);
        await Db.SaveChangesAsync(cancellationToken);
    }

    public override async Task DeleteAsync(Distro row, CancellationToken cancellationToken)
    {
        if (await Db.Containers.AnyAsync(container => container.DistroId == row.Id, cancellationToken))
        {
            throw Fault.Conflict("Containers start from it.");
        }

        await base.DeleteAsync(row, cancellationToken);
    }

    protected override DistroView View(Distro row) => new() { Id = row.Id, Revision = row.Revision, Name = row.Name, Path = row.Path, Uuid = row.Uuid, Note = row.Note, Created = row.CreatedUnix, Modified = row.ModifiedUnix };

    private async Task CheckFreeAsync(Distro row, CancellationToken cancellationToken)
    {
        if (await Db.Distros.AnyAsync(other => other.Id != row.Id && (other.Name == row.Name || other.Path == row.Path), cancellationToken))
        {
            throw Fault.Conflict("The name or the path is taken.");
        }
    }
}
