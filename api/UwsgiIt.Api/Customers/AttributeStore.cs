using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Customers;

/// <summary>Operators' text about customers.</summary>
internal sealed class AttributeStore(StoreContext context) : Store<CustomerAttribute, AttributeView, AttributeCreate, AttributePatch>(context)
{
    public override IQueryable<CustomerAttribute> Rows => Db.CustomerAttributes;

    public override IQueryable<CustomerAttribute> Filter(IQueryable<CustomerAttribute> rows, IQueryCollection query) => QueryText.Int(query, "customer") is { } id ? rows.Where(row => row.CustomerId == id) : rows;

    public override async Task<CustomerAttribute> CreateAsync(AttributeCreate body, CancellationToken cancellationToken)
    {
        var row = new CustomerAttribute { CustomerId = body.Customer, Namespace = TextRules.Name("namespace", body.Namespace), Key = TextRules.Name("key", body.Key), Value = TextRules.Lines("value", body.Value) };
        if (!await Db.Customers.AnyAsync(customer => customer.Id == body.Customer, cancellationToken))
        {
            throw Fault.Invalid("customer", "is unknown");
        }

        if (await Db.CustomerAttributes.AnyAsync(other => other.CustomerId == row.CustomerId && other.Namespace == row.Namespace && other.Key == row.Key, cancellationToken))
        {
            throw Fault.Conflict("The key is taken.");
        }

        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override Task UpdateAsync(CustomerAttribute row, AttributePatch patch, CancellationToken cancellationToken)
    {
        row.Value = patch.Value is null ? row.Value : TextRules.Lines("value", patch.Value);
        return Db.SaveChangesAsync(cancellationToken);
    }

    protected override AttributeView View(CustomerAttribute row) => new() { Id = row.Id, Revision = row.Revision, Customer = row.CustomerId, Namespace = row.Namespace, Key = row.Key, Value = row.Value, Created = row.CreatedUnix, Modified = row.ModifiedUnix };
}
