using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Servers;

/// <summary>Services operators run for customers beside their containers.</summary>
internal sealed class CustomServiceStore(StoreContext context) : Store<CustomService, CustomServiceView, CustomServiceCreate, CustomServicePatch>(context)
{
    public override IQueryable<CustomService> Rows => Db.CustomServices;

    public override async Task<CustomService> CreateAsync(CustomServiceCreate body, CancellationToken cancellationToken)
    {
        var row = new CustomService { Name = TextRules.Name("name", body.Name), Config = TextRules.Lines("config", body.Config), CustomerId = body.Customer, ServerId = body.Server };
        if (!await Db.Customers.AnyAsync(customer => customer.Id == body.Customer, cancellationToken) || !await Db.Servers.AnyAsync(server => server.Id == body.Server, cancellationToken))
        {
            throw Fault.Invalid("customer", "or server is unknown");
        }

        await CheckFreeAsync(row, cancellationToken);
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(CustomService row, CustomServicePatch patch, CancellationToken cancellationToken)
    {
        row.Name = patch.Name is null ? row.Name : TextRules.Name("name", patch.Name);
        row.Config = TextRules.Lines("config", patch.Config) ?? row.Config;
        await CheckFreeAsync(row, cancellationToken);
        await Db.SaveChangesAsync(cancellationToken);
    }

    protected override CustomServiceView View(CustomService row) => new() { Id = row.Id, Revision = row.Revision, Name = row.Name, Customer = row.CustomerId, Server = row.ServerId, Config = row.Config, Created = row.CreatedUnix, Modified = row.ModifiedUnix };

    private async Task CheckFreeAsync(CustomService row, CancellationToken cancellationToken)
    {
        if (await Db.CustomServices.AnyAsync(other => other.Id != row.Id && other.Name == row.Name, cancellationToken))
        {
            throw Fault.Conflict("The name is taken.");
        }
    }
}
