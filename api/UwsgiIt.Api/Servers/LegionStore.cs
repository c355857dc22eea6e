using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Servers;

/// <summary>Legions; operators write them, their customers read them.</summary>
internal sealed class LegionStore(StoreContext context) : Store<Legion, LegionView, LegionCreate, LegionPatch>(context)
{
    private const int MaxKey = 64;

    public override IQueryable<Legion> Rows => Db.Legions.Include(static x => x.Members);

    public override async Task<Legion> CreateAsync(LegionCreate body, CancellationToken cancellationToken)
    {
        var row = new Legion
        {
            Name = TextRules.Name("name", body.Name),
            Address = ServerStore.Address(body.Address),
            Key = TextRules.OrNull(TextRules.Line("key", body.Key, MaxKey)),
            Quorum = body.Quorum ?? 0,
            Note = TextRules.OrNull(TextRules.Lines("note", body.Note)),
            CustomerId = body.Customer is null or 0 ? null : await Db.Customers.AnyAsync(customer => customer.Id == body.Customer, cancellationToken) ? body.Customer : throw Fault.Invalid("customer", "is unknown"),
        };
        await CheckFreeAsync(row, cancellationToken);
        Db.Add(row);
        await SetMembersAsync(row, body.Members, cancellationToken);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(Legion row, LegionPatch patch, CancellationToken cancellationToken)
    {
        row.Name = patch.Name is null ? row.Name : TextRules.Name("name", patch.Name);
        row.Address = patch.Address is null ? row.Address : ServerStore.Address(patch.Address);
        row.Key = patch.Key is null ? row.Key : TextRules.OrNull(TextRules.Line("key", patch.Key, MaxKey));
        row.Quorum = patch.Quorum ?? row.Quorum;
        row.Note = patch.Note is null ? row.Note : TextRules.OrNull(TextRules.Lines("note", patch.Note));
        await CheckFreeAsync(row, cancellationToken);
        await SetMembersAsync(row, patch.Members, cancellationToken);
        Touch(row);
        await Db.SaveChangesAsync(cancellationToken);
    }

    protected override LegionView View(Legion row) => new()
    {
        Id = row.Id,
        Revision = row.Revision,
        Name = row.Name,
        Address = row.Address,
        Uuid = row.Uuid,
        Note = row.Note,
        Customer = row.CustomerId,
        Quorum = row.Quorum,
        Members = [.. row.Members.OrderBy(static member => member.ServerId).Select(static member => new LegionMemberView { Server = member.ServerId, Weight = member.Weight })],
        Created = row.CreatedUnix,
        Modified = row.ModifiedUnix,
    };

    private async Task SetMembersAsync(Legion row, IReadOnlyList<LegionMemberView>? members, CancellationToken cancellationToken)
    {
        if (members is null)
        {
            return;
        }

        var ids = members.Select(static member => member.Server).Distinct().ToList();
        if (ids.Count != members.Count || await Db.Servers.CountAsync(server => ids.Contains(server.Id), cancellationToken) != ids.Count)
        {
            throw Fault.Invalid("members", "names a server twice, or one that is unknown");
        }

        row.Members.RemoveAll(member => !ids.Contains(member.ServerId));
        foreach (var member in members)
        {
            if (row.Members.Find(known => known.ServerId == member.Server) is { } known)
            {
                known.Weight = member.Weight;
            }
            else
            {
                row.Members.Add(new LegionMember { ServerId = member.Server, Weight = member.Weight });
            }
        }
    }

    private async Task CheckFreeAsync(Legion row, CancellationToken cancellationToken)
    {
        if (await Db.Legions.AnyAsync(other => other.Id != row.Id && other.Name == row.Name, cancellationToken))
        {
            throw Fault.Conflict("The name is taken.");
        }
    }
}
