using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Distros;

/// <summary>Distros kept in containers. Deleting one sends its users back to their stock distro; the original deleted those containers.</summary>
internal sealed class CustomDistroStore(StoreContext context, TagStore tags, ContainerStore containers) : Store<CustomDistro, CustomDistroView, CustomDistroCreate, CustomDistroPatch>(context)
{
    public override IQueryable<CustomDistro> Rows => Db.CustomDistros.Include(static x => x.Tags).Include(static x => x.Container);

    public override IQueryable<CustomDistro> Filter(IQueryable<CustomDistro> rows, IQueryCollection query)
    {
        if (QueryText.Int(query, "container") is not { } uid)
        {
            return rows;
        }

        var containerId = ContainerUid.RowOf(uid);
        return rows.Where(row => row.ContainerId == containerId);
    }

    public override async Task<CustomDistro> CreateAsync(CustomDistroCreate body, CancellationToken cancellationToken)
    {
        var containerId = ContainerUid.RowOf(body.Container);
        var container = await Db.Containers.FirstOrDefaultAsync(x => x.Id == containerId, cancellationToken) ?? throw Fault.Invalid("container", "is unknown");
        if (!container.CustomDistrosStorage)
        {
            throw Fault.Forbidden("The container does not store custom distros.");
        }

        var row = new CustomDistro { ContainerId = container.Id, Container = container, Name = TextRules.Name("name", body.Name), Path = DistroPath.Check(body.Path), Note = TextRules.OrNull(TextRules.Lines("note", body.Note)) };
        await CheckFreeAsync(row, cancellationToken);
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(CustomDistro row, CustomDistroPatch patch, CancellationToken cancellationToken)
    {
        row.Name = patch.Name is null ? row.Name : TextRules.Name("name", patch.Name);
        row.Path = patch.Path is null ? row.Path : DistroPath.Check(patch.Path);
        row.Note = patch.Note is null ? row.Note : TextRules.OrNull(TextRules.Lines("note", patch.Note));
        if (patch.Tags is not null)
        {
            row.Tags.Clear();
            row.Tags.AddRange(await tags.ByNameAsync(row.Container!.CustomerId, patch.Tags, make: false, cancellationToken));
        }

        await CheckFreeAsync(row, cancellationToken);
        Touch(row);
        await Db.SaveChangesAsync(cancellationToken);
    }

    public override async Task DeleteAsync(CustomDistro row, CancellationToken cancellationToken)
    {
        foreach (var user in await Db.Containers.IgnoreQueryFilters().Where(container => container.CustomDistroId == row.Id).ToListAsync(cancellationToken))
        {
            user.CustomDistroId = null;
            containers.Reboot(user);
        }

        await base.DeleteAsync(row, cancellationToken);
    }

    protected override CustomDistroView View(CustomDistro row) => new()
    {
        Id = row.Id,
        Revision = row.Revision,
        Container = ContainerUid.Of(row.ContainerId),
        Name = row.Name,
        Path = row.Path,
        Uuid = row.Uuid,
        Note = row.Note,
        Tags = [.. row.Tags.Select(static tag => tag.Name).Order(StringComparer.Ordinal)],
        Created = row.CreatedUnix,
        Modified = row.ModifiedUnix,
    };

    private async Task CheckFreeAsync(CustomDistro row, CancellationToken cancellationToken)
    {
        if (await Db.CustomDistros.AnyAsync(other => other.ContainerId == row.ContainerId && other.Id != row.Id && (other.Name == row.Name || other.Path == row.Path), cancellationToken))
        {
            throw Fault.Conflict("The name or the path is taken.");
        }
    }
}
