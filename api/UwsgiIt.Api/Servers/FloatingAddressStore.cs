using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Servers;

/// <summary>Addresses that move between servers.</summary>
internal sealed class FloatingAddressStore(StoreContext context) : Store<FloatingAddress, FloatingAddressView, FloatingAddressCreate, FloatingAddressPatch>(context)
{
    public override IQueryable<FloatingAddress> Rows => Db.FloatingAddresses;

    public override async Task<FloatingAddress> CreateAsync(FloatingAddressCreate body, CancellationToken cancellationToken)
    {
        var row = new FloatingAddress { Address = ServerStore.Address(body.Address), Note = TextRules.OrNull(TextRules.Lines("note", body.Note)) };
        if (await Db.FloatingAddresses.AnyAsync(other => other.Address == row.Address, cancellationToken))
        {
            throw Fault.Conflict("The address is taken.");
        }

        await SetAsync(row, body.Customer, body.Legion, body.Server, cancellationToken);
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(FloatingAddress row, FloatingAddressPatch patch, CancellationToken cancellationToken)
    {
        row.Note = patch.Note is null ? row.Note : TextRules.OrNull(TextRules.Lines("note", patch.Note));
        await SetAsync(row, patch.Customer, patch.Legion, patch.Server, cancellationToken);
        await Db.SaveChangesAsync(cancellationToken);
    }

    protected override FloatingAddressView View(FloatingAddress row) => new() { Id = row.Id, Revision = row.Revision, Address = row.Address, Customer = row.CustomerId, Legion = row.LegionId, Server = row.ServerId, Note = row.Note, Created = row.CreatedUnix, Modified = row.ModifiedUnix };

    private async Task SetAsync(FloatingAddress row, int? customerId, int? legionId, int? serverId, CancellationToken cancellationToken)
    {
        row.CustomerId = customerId is null ? row.CustomerId : customerId == 0 ? null : await Db.Customers.AnyAsync(x => x.Id == customerId, cancellationToken) ? customerId : throw Fault.Invalid("customer", "is unknown");
        row.LegionId = legionId is null ? row.LegionId : legionId == 0 ? null : await Db.Legions.AnyAsync(x => x.Id == legionId, cancellationToken) ? legionId : throw Fault.Invalid("legion", "is unknown");
        row.ServerId = serverId is null ? row.ServerId : serverId == 0 ? null : await Db.Servers.AnyAsync(x => x.Id == serverId, cancellationToken) ? serverId : throw Fault.Invalid("server", "is unknown");
    }
}
