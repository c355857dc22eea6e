using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Customers;

/// <summary>Customers: made by operators with their first login and key pair; they change their own account.</summary>
internal sealed class CustomerStore(StoreContext context, Passwords passwords) : Store<Customer, CustomerView, CustomerCreate, CustomerPatch>(context)
{
    private (string Private, string Public)? _keys;
    private string? _passwordHash;

    public override IQueryable<Customer> Rows => Db.Customers;

    public override IQueryable<Customer> Filter(IQueryable<Customer> rows, IQueryCollection query) => QueryText.Of(query, "search") is { } search
        ? rows.Where(row => row.Name.Contains(search) || (row.Company != null && row.Company.Contains(search)) || (row.Vat != null && row.Vat.Contains(search)) || (row.AdminNote != null && row.AdminNote.Contains(search)) || row.Users.Any(user => user.Email.Contains(search)))
        : rows;

    /// <summary>The hash of a password to be set, made before the transaction; null for null.</summary>
    public async Task<string?> HashAsync(string? password, CancellationToken cancellationToken) => password is null ? null : await passwords.HashAsync(LoginName.CheckPassword(password), cancellationToken);

    public override async Task PrepareAsync(CustomerCreate body, CancellationToken cancellationToken)
    {
        _keys = KeyPairs.Make(body.KeyKind);
        _passwordHash = await HashAsync(body.Password, cancellationToken);
    }

    public override async Task PrepareAsync(CustomerPatch patch, CancellationToken cancellationToken) => _passwordHash = await HashAsync(patch.Password, cancellationToken);

    /// <summary>The key pair of <see cref="RotateKeyAsync"/>, before the transaction.</summary>
    public void PrepareKey(string? kind) => _keys = KeyPairs.Make(kind);

    public override async Task<Customer> CreateAsync(CustomerCreate body, CancellationToken cancellationToken)
    {
        var name = LoginName.Check(body.Name);
        if (await Db.Customers.AnyAsync(other => other.Name == name, cancellationToken) || await Db.Users.AnyAsync(other => other.Name == name, cancellationToken))
        {
            throw Fault.Conflict("The name is taken.");
        }

        var (privateKey, publicKey) = _keys!.Value;
        var row = new Customer
        {
            Name = name,
            Vat = TextRules.OrNull(TextRules.Line("vat", body.Vat)),
            Company = TextRules.OrNull(TextRules.Line("company", body.Company)),
            AdminNote = TextRules.OrNull(TextRules.Lines("admin_note", body.AdminNote)),
            PrivateKey = privateKey,
            PublicKey = publicKey,
            KeyUnix = Now,
        };
        row.Users.Add(new User { Name = name, Email = TextRules.Line("email", body.Email) ?? "", Role = UserRole.Owner, PasswordHash = _passwordHash });
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(Customer row, CustomerPatch patch, CancellationToken cancellationToken)
    {
        OnlyOperators(patch.Active is not null, "active");
        OnlyOperators(patch.AdminNote is not null, "admin_note");
        row.Active = patch.Active ?? row.Active;
        row.LegacyLogin = patch.LegacyLogin ?? row.LegacyLogin;
        row.AdminNote = patch.AdminNote is null ? row.AdminNote : TextRules.OrNull(TextRules.Lines("admin_note", patch.AdminNote));
        var owner = await Db.Users.Where(user => user.CustomerId == row.Id && user.Role == UserRole.Owner).OrderBy(static user => user.Id).Select(static user => (int?)user.Id).FirstOrDefaultAsync(cancellationToken);
        await ApplyAsync(row, patch, owner, _passwordHash, cancellationToken);
    }

    public async Task ApplyAsync(Customer row, CustomerPatch patch, int? userId, string? passwordHash, CancellationToken cancellationToken)
    {
        row.Vat = patch.Vat is null ? row.Vat : TextRules.OrNull(TextRules.Line("vat", patch.Vat));
        row.Company = patch.Company is null ? row.Company : TextRules.OrNull(TextRules.Line("company", patch.Company));
        if (patch.Email is not null || passwordHash is not null)
        {
            var user = await Db.Users.FirstOrDefaultAsync(user => user.Id == userId, cancellationToken) ?? throw Fault.Conflict("The customer has no owner's login.");
            user.Email = TextRules.Line("email", patch.Email) ?? user.Email;
            user.PasswordHash = passwordHash ?? user.PasswordHash;
        }

        await Db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>A new key pair; hosts and routers get it through the feed. The old one is worth nothing at once.</summary>
    public async Task<RotatedKey> RotateKeyAsync(Customer row, CancellationToken cancellationToken)
    {
        (row.PrivateKey, row.PublicKey) = _keys!.Value;
        row.KeyUnix = Math.Max(Now, row.KeyUnix);
        await Db.SaveChangesAsync(cancellationToken);
        return new RotatedKey { PublicKey = row.PublicKey, KeyUnix = row.KeyUnix };
    }

    public override async Task DeleteAsync(Customer row, CancellationToken cancellationToken)
    {
        var inUse = await Db.Containers.AnyAsync(x => x.CustomerId == row.Id, cancellationToken) || await Db.Domains.AnyAsync(x => x.CustomerId == row.Id, cancellationToken) || await Db.Servers.AnyAsync(x => x.OwnerId == row.Id, cancellationToken) ||
            await Db.CustomServices.AnyAsync(x => x.CustomerId == row.Id, cancellationToken) || await Db.Legions.AnyAsync(x => x.CustomerId == row.Id, cancellationToken) || await Db.FloatingAddresses.AnyAsync(x => x.CustomerId == row.Id, cancellationToken);
        if (inUse)
        {
            throw Fault.Conflict("The customer still has containers, domains, servers, services or addresses.");
        }

        await Db.Tags.Where(x => x.CustomerId == row.Id).ExecuteDeleteAsync(cancellationToken);
        await base.DeleteAsync(row, cancellationToken);
    }

    public override async Task<IReadOnlyList<CustomerView>> ViewsAsync(IReadOnlyList<Customer> rows, CancellationToken cancellationToken)
    {
        var ids = rows.Select(static row => row.Id).ToList();
        var counts = await Db.Containers.Where(container => ids.Contains(container.CustomerId)).GroupBy(static container => container.CustomerId).Select(static group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(static group => group.Key, static group => group.Count, cancellationToken);
        var emails = (await Db.Users.Where(user => user.CustomerId != null && ids.Contains(user.CustomerId.Value) && user.Role == UserRole.Owner).OrderByDescending(static user => user.Id).Select(static user => new { user.CustomerId, user.Email }).ToListAsync(cancellationToken)).GroupBy(static user => user.CustomerId!.Value).ToDictionary(static group => group.Key, static group => group.Last().Email);
        return [.. rows.Select(row => new CustomerView
        {
            Id = row.Id,
            Revision = row.Revision,
            Name = row.Name,
            Vat = row.Vat,
            Company = row.Company,
            Uuid = row.Uuid,
            Active = row.Active,
            LegacyLogin = row.LegacyLogin,
            PublicKey = row.PublicKey,
            KeyUnix = row.KeyUnix,
            AdminNote = Caller.IsOperator ? row.AdminNote : null,
            Containers = counts.GetValueOrDefault(row.Id),
            Email = emails.GetValueOrDefault(row.Id),
            Created = row.CreatedUnix,
            Modified = row.ModifiedUnix,
        })];
    }
}
