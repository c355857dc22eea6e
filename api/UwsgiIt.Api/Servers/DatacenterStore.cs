using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Servers;

/// <summary>Where servers stand.</summary>
internal sealed class DatacenterStore(StoreContext context) : Store<Datacenter, DatacenterView, DatacenterCreate, DatacenterPatch>(context)
{
    public override IQueryable<Datacenter> Rows => Db.Datacenters;

    public override async Task<Datacenter> CreateAsync(DatacenterCreate body, CancellationToken cancellationToken)
    {
        var row = new Datacenter { Name = TextRules.Name("name", body.Name), Description = TextRules.Lines("description", body.Description), Note = TextRules.Lines("note", body.Note) };
        Db.Add(row);
        await CheckFreeAsync(row, cancellationToken);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(Datacenter row, DatacenterPatch patch, CancellationToken cancellationToken)
    {
        row.Name = patch.Name is null ? row.Name : TextRules.Name("name", patch.Name);
        row.Description = TextRules.Lines("description", patch.Description) ?? row.Description;
        row.Note = TextRules.Lines("note", patch.Note) ?? row.Note;
        await CheckFreeAsync(row, cancellationToken);
        await Db.SaveChangesAsync(cancellationToken);
    }

    public override async Task DeleteAsync(Datacenter row, CancellationToken cancellationToken)
    {
        if (await Db.Servers.AnyAsync(server => server.DatacenterId == row.Id, cancellationToken))
        {
            throw Fault.Conflict("Servers stand in it.");
        }

        await base.DeleteAsync(row, cancellationToken);
    }

    protected override DatacenterView View(Datacenter row) => new() { Id = row.Id, Revision = row.Revision, Name = row.Name, Description = row.Description, Note = row.Note, Created = row.CreatedUnix, Modified = row.ModifiedUnix };

    private async Task CheckFreeAsync(Datacenter row, CancellationToken cancellationToken)
    {
        if (await Db.Datacenters.AnyAsync(other => other.Name == row.Name && other.Id != row.Id, cancellationToken))
        {
            throw Fault.Conflict("The name is taken.");
        }
    }
}
