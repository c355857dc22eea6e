using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Domains;

/// <summary>Names of customers. A name belongs to one customer at a time.</summary>
internal sealed class DomainStore(StoreContext context, TagStore tags, IOptions<DnsOptions> dns) : Store<Domain, DomainView, DomainCreate, DomainPatch>(context)
{
    public override IQueryable<Domain> Rows => Db.Domains.Include(static x => x.Tags);

    /// <summary>Set by the endpoint once DNS has been asked, which must not happen inside a transaction.</summary>
    public bool Proven { get; set; }

    public override IQueryable<Domain> Filter(IQueryable<Domain> rows, IQueryCollection query)
    {
        if (QueryText.Of(query, "name") is { } name)
        {
            rows = rows.Where(row => row.Name == name);
        }

        return QueryText.List(query, "tags") is { } names ? rows.Where(row => row.Tags.Any(tag => names.Contains(tag.Name))) : rows;
    }

    public Task<bool> IsTakenAsync(string name, CancellationToken cancellationToken) => Db.Domains.IgnoreQueryFilters().AnyAsync(domain => domain.Name == name, cancellationToken);

    public override async Task<Domain> CreateAsync(DomainCreate body, CancellationToken cancellationToken)
    {
        var customerId = OwnerOf(body.Customer);
        if (!DomainName.TryNormalize(body.Name, out var name))
        {
            throw Fault.Invalid("name", "is no host name of two labels or more");
        }

        if (await IsTakenAsync(name, cancellationToken))
        {
            throw Fault.Conflict("The name is taken.");
        }

        if (!Proven && !Caller.IsOperator)
        {
            throw Fault.Forbidden("No TXT record proves that the name is yours.");
        }

        var row = new Domain { Name = name, CustomerId = customerId, Note = TextRules.OrNull(TextRules.Lines("note", body.Note)), VerifiedUnix = Proven ? Now : null };
        row.Tags.AddRange(await tags.ByNameAsync(customerId, body.Tags ?? [], make: true, cancellationToken));
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    /// <summary>
    /// The claim on a name that another customer has, when DNS speaks for the caller: the owner gets notice, and the name moves when that is over
    /// (<see cref="DomainUpkeep"/>). Null when there is nothing to claim: the name is free, the caller's own, or nobody has proven anything.
    /// </summary>
    public async Task<DomainClaimView?> ClaimAsync(DomainCreate body, CancellationToken cancellationToken)
    {
        if (!Proven || Caller.CustomerId is not { } customerId || !DomainName.TryNormalize(body.Name, out var name) ||
            await Db.Domains.IgnoreQueryFilters().FirstOrDefaultAsync(domain => domain.Name == name, cancellationToken) is not { } row || row.CustomerId == customerId)
        {
            return null;
        }

        if (row.VerifiedUnix is null)
        {
            throw Fault.Conflict("The name is taken.");
        }

        if (row.ClaimantId != customerId)
        {
            (row.ClaimantId, row.ClaimedUnix) = (customerId, Now);
            await Db.SaveChangesAsync(cancellationToken);
        }

        return new DomainClaimView { Name = name, Due = DueOf(row)!.Value };
    }

    /// <summary>What DNS says of a name now. A proof is newer than any claim.</summary>
    public async Task CheckedAsync(Domain row, bool proven, CancellationToken cancellationToken)
    {
        row.CheckedUnix = Now;
        row.UnprovenUnix = proven ? null : row.UnprovenUnix ?? Now;
        if (proven)
        {
            (row.VerifiedUnix, row.ClaimantId, row.ClaimedUnix) = (Now, null, null);
        }

        await Db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>To its new owner, as a name that was never here: nothing of the old owner's goes along.</summary>
    public async Task MoveAsync(Domain row, int customerId, CancellationToken cancellationToken)
    {
        await DeleteAsync(row, cancellationToken);
        Db.Add(new Domain { Name = row.Name, CustomerId = customerId, VerifiedUnix = Now });
        await Db.SaveChangesAsync(cancellationToken);
    }

    public Task ForgetClaimAsync(Domain row, CancellationToken cancellationToken)
    {
        (row.ClaimantId, row.ClaimedUnix) = (null, null);
        return Db.SaveChangesAsync(cancellationToken);
    }

    public override async Task UpdateAsync(Domain row, DomainPatch patch, CancellationToken cancellationToken)
    {
        row.Note = patch.Note is null ? row.Note : TextRules.OrNull(TextRules.Lines("note", patch.Note));
        if (patch.Tags is not null)
        {
            var wanted = await tags.ByNameAsync(row.CustomerId, patch.Tags, make: false, cancellationToken);
            row.Tags.Clear();
            row.Tags.AddRange(wanted);
        }

        Touch(row);
        await Db.SaveChangesAsync(cancellationToken);
    }

    public override async Task DeleteAsync(Domain row, CancellationToken cancellationToken)
    {
        await Db.MetricChunks.Where(chunk => chunk.DomainId == row.Id).ExecuteDeleteAsync(cancellationToken);
        await base.DeleteAsync(row, cancellationToken);
    }

    private long? DueOf(Domain row) => row.ClaimedUnix + (long)dns.Value.NoticePeriod.TotalSeconds;

    protected override DomainView View(Domain row) => new()
    {
        Id = row.Id,
        Revision = row.Revision,
        Name = row.Name,
        Customer = row.CustomerId,
        Uuid = row.Uuid,
        Note = row.Note,
        Tags = [.. row.Tags.Select(static tag => tag.Name).Order(StringComparer.Ordinal)],
        Verified = row.VerifiedUnix,
        Unproven = row.UnprovenUnix,
        Due = DueOf(row),
        Created = row.CreatedUnix,
        Modified = row.ModifiedUnix,
    };
}
