using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Containers;

/// <summary>Links: consent of a container to talk to any other, whoever owns it.</summary>
internal sealed class LinkStore(StoreContext context, ContainerStore containers) : Store<ContainerLink, LinkView, LinkCreate, NoBody>(context)
{
    public override IQueryable<ContainerLink> Rows => Db.Links.Include(static x => x.Container);

    public override IQueryable<ContainerLink> Filter(IQueryable<ContainerLink> rows, IQueryCollection query) =>
        QueryText.Int(query, "container") is { } uid ? rows.Where(row => row.ContainerId == ContainerUid.RowOf(uid)) : rows;

    public override async Task<ContainerLink> CreateAsync(LinkCreate body, CancellationToken cancellationToken)
    {
        var container = await containers.FindAsync(body.Container, cancellationToken) ?? throw Fault.Invalid("container", "is unknown");
        return await LinkAsync(container, body.To, cancellationToken);
    }

    public async Task<ContainerLink> LinkAsync(Container container, int toUid, CancellationToken cancellationToken)
    {
        var toId = ContainerUid.RowOf(toUid);
        if (toId == container.Id || container.Links.Exists(link => link.ToId == toId) || !await Db.Containers.IgnoreQueryFilters().AnyAsync(other => other.Id == toId, cancellationToken))
        {
            throw Fault.Conflict("It is linked already, itself, or unknown.");
        }

        var row = new ContainerLink { ContainerId = container.Id, ToId = toId };
        container.Links.Add(row);
        await ChangedAsync(container, cancellationToken);
        return row;
    }

    public async Task UnlinkAsync(Container container, int toUid, CancellationToken cancellationToken)
    {
        var toId = ContainerUid.RowOf(toUid);
        Db.Remove(container.Links.Find(link => link.ToId == toId) ?? throw Fault.Conflict("It is not linked."));
        await ChangedAsync(container, cancellationToken);
    }

    public override async Task DeleteAsync(ContainerLink row, CancellationToken cancellationToken)
    {
        containers.Reboot(row.Container!);
        await base.DeleteAsync(row, cancellationToken);
    }

    public override async Task<IReadOnlyList<LinkView>> ViewsAsync(IReadOnlyList<ContainerLink> rows, CancellationToken cancellationToken)
    {
        var own = rows.Select(static row => row.ContainerId).ToList();
        var back = await Db.Links.IgnoreQueryFilters().Where(link => own.Contains(link.ToId)).Select(static link => new { link.ContainerId, link.ToId }).ToListAsync(cancellationToken);
        var backSet = back.Select(static link => (link.ContainerId, link.ToId)).ToHashSet();
        return [.. rows.Select(row => new LinkView { Id = row.Id, Revision = row.Revision, Container = ContainerUid.Of(row.ContainerId), To = ContainerUid.Of(row.ToId), Mutual = backSet.Contains((row.ToId, row.ContainerId)), Created = row.CreatedUnix, Modified = row.ModifiedUnix })];
    }

    private Task<int> ChangedAsync(Container container, CancellationToken cancellationToken)
    {
        containers.Reboot(container);
        Db.Entry(container).State = container.Id == 0 ? EntityState.Added : EntityState.Modified;
        return Db.SaveChangesAsync(cancellationToken);
    }
}
