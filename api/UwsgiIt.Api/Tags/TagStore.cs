using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Tags;

/// <summary>A customer's labels.</summary>
internal sealed class TagStore(StoreContext context) : Store<Tag, TagView, TagCreate, TagPatch>(context)
{
    public override IQueryable<Tag> Rows => Db.Tags;

    public override async Task<Tag> CreateAsync(TagCreate body, CancellationToken cancellationToken)
    {
        var customerId = OwnerOf(body.Customer);
        var row = new Tag { Name = TextRules.Name("name", body.Name), CustomerId = customerId, Note = TextRules.OrNull(TextRules.Lines("note", body.Note)) };
        await CheckFreeAsync(row, cancellationToken);
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(Tag row, TagPatch patch, CancellationToken cancellationToken)
    {
        row.Note = patch.Note is null ? row.Note : TextRules.OrNull(TextRules.Lines("note", patch.Note));
        if (patch.Name is not null && patch.Name != row.Name)
        {
            row.Name = TextRules.Name("name", patch.Name);
            await CheckFreeAsync(row, cancellationToken);
        }

        Touch(row);
        await Db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The customer's tags of these names. Unknown ones are made, or dropped as the legacy root does.</summary>
    public async Task<IReadOnlyList<Tag>> ByNameAsync(int customerId, IReadOnlyList<string> names, bool make, CancellationToken cancellationToken)
    {
        var found = names.Count == 0 ? [] : await Db.Tags.Where(tag => tag.CustomerId == customerId && names.Contains(tag.Name)).ToListAsync(cancellationToken);
        if (make)
        {
            foreach (var name in names.Distinct(StringComparer.Ordinal).Where(name => !found.Exists(tag => tag.Name == name)).ToList())
            {
                var tag = new Tag { Name = TextRules.Name("tags", name), CustomerId = customerId };
                Db.Add(tag);
                found.Add(tag);
            }
        }

        return found;
    }

    protected override TagView View(Tag row) => new() { Id = row.Id, Revision = row.Revision, Name = row.Name, Customer = row.CustomerId, Note = row.Note, Created = row.CreatedUnix, Modified = row.ModifiedUnix };

    private async Task CheckFreeAsync(Tag row, CancellationToken cancellationToken)
    {
        if (await Db.Tags.AnyAsync(other => other.CustomerId == row.CustomerId && other.Name == row.Name && other.Id != row.Id, cancellationToken))
        {
            throw Fault.Conflict("The name is taken.");
        }
    }
}
