using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Customers;

/// <summary>Bearer tokens of the caller's own login; the text is shown once.</summary>
internal sealed class TokenStore(StoreContext context) : Store<Token, TokenView, TokenCreate, TokenPatch>(context)
{
    private string? _secret;

    public override IQueryable<Token> Rows => Caller.IsOperator || Caller.Role == UserRole.Owner ? Db.Tokens : Db.Tokens.Where(token => token.UserId == Caller.UserId);

    public override async Task<Token> CreateAsync(TokenCreate body, CancellationToken cancellationToken)
    {
        if (!ScopeWords.TryRead(body.Scopes, out var scopes, out var unknown))
        {
            throw Fault.Invalid("scopes", $"has {unknown}, which is none of {string.Join(", ", ScopeWords.Names)}");
        }

        // A token never reaches further than the one that made it.
        if (scopes == Scopes.None || (scopes & ~Caller.Scopes) != 0)
        {
            throw Fault.Invalid("scopes", "are none, or reach further than the caller's");
        }

        if (body.Expires is { } expires && expires <= Now)
        {
            throw Fault.Invalid("expires", "is past");
        }

        var userId = Caller.UserId ?? throw Fault.Forbidden("Only users have tokens; make a user first.");
        _secret = TokenText.Make();
        var row = new Token { Name = TextRules.Name("name", body.Name), UserId = userId, CustomerId = Caller.CustomerId, Hash = TokenText.HashOf(_secret), Scopes = string.Join(' ', body.Scopes.Distinct(StringComparer.Ordinal)), ExpiresUnix = body.Expires };
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override Task UpdateAsync(Token row, TokenPatch patch, CancellationToken cancellationToken)
    {
        row.Name = patch.Name is null ? row.Name : TextRules.Name("name", patch.Name);
        return Db.SaveChangesAsync(cancellationToken);
    }

    protected override TokenView View(Token row) => new()
    {
        Id = row.Id,
        Revision = row.Revision,
        Name = row.Name,
        User = row.UserId,
        Customer = row.CustomerId,
        Scopes = row.Scopes.Split(' '),
        Expires = row.ExpiresUnix,
        LastUsed = row.LastUsedUnix,
        Secret = _secret,
        Created = row.CreatedUnix,
        Modified = row.ModifiedUnix,
    };
}
