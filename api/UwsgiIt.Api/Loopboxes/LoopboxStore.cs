using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Loopboxes;

/// <summary>Loopboxes; only their tags change after they are made.</summary>
internal sealed class LoopboxStore(StoreContext context, TagStore tags) : Store<Loopbox, LoopboxView, LoopboxCreate, LoopboxPatch>(context)
{
    public override IQueryable<Loopbox> Rows => Db.Loopboxes.Include(static x => x.Tags).Include(static x => x.Container);

    public override IQueryable<Loopbox> Filter(IQueryable<Loopbox> rows, IQueryCollection query)
    {
        if (QueryText.Int(query, "container") is { } uid)
        {
            var containerId = ContainerUid.RowOf(uid);
            rows = rows.Where(row => row.ContainerId == containerId);
        }

        return QueryText.List(query, "tags") is { } names ? rows.Where(row => row.Tags.Any(tag => names.Contains(tag.Name))) : rows;
    }

    public override async Task<Loopbox> CreateAsync(LoopboxCreate body, CancellationToken cancellationToken)
    {
        var containerId = ContainerUid.RowOf(body.Container);
        var container = await Db.Containers.FirstOrDefaultAsync(x => x.Id == containerId, cancellationToken) ?? throw Fault.Invalid("container", "is unknown");
        var row = new Loopbox { ContainerId = container.Id, Container = container, Filename = LoopboxPath.Check("filename", body.Filename, LoopboxPath.MaxFilename), Mountpoint = LoopboxPath.Check("mountpoint", body.Mountpoint, TextRules.MaxText), ReadOnly = body.Ro ?? false };
        if (await Db.Loopboxes.AnyAsync(other => other.ContainerId == containerId && (other.Filename == row.Filename || other.Mountpoint == row.Mountpoint), cancellationToken))
        {
            throw Fault.Conflict("The file or the mount point is in use.");
        }

        row.Tags.AddRange(await tags.ByNameAsync(container.CustomerId, body.Tags ?? [], make: true, cancellationToken));
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(Loopbox row, LoopboxPatch patch, CancellationToken cancellationToken)
    {
        if (patch.Tags is not null)
        {
            var wanted = await tags.ByNameAsync(row.Container!.CustomerId, patch.Tags, make: false, cancellationToken);
            row.Tags.Clear();
            row.Tags.AddRange(wanted);
        }

        Touch(row);
        await Db.SaveChangesAsync(cancellationToken);
    }

    protected override LoopboxView View(Loopbox row) => new()
    {
        Id = row.Id,
        Revision = row.Revision,
        Container = ContainerUid.Of(row.ContainerId),
        Filename = row.Filename,
        Mountpoint = row.Mountpoint,
        Ro = row.ReadOnly,
        Tags = [.. row.Tags.Select(static tag => tag.Name).Order(StringComparer.Ordinal)],
        Created = row.CreatedUnix,
        Modified = row.ModifiedUnix,
    };
}
