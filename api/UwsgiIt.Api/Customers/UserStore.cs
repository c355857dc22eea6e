using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Customers;

/// <summary>Logins. A customer's further users are named <c>name@customer</c>.</summary>
internal sealed class UserStore(StoreContext context, Passwords passwords) : Store<User, UserView, UserCreate, UserPatch>(context)
{
    private string? _passwordHash;

    public override IQueryable<User> Rows => Db.Users;

    public override async Task PrepareAsync(UserCreate body, CancellationToken cancellationToken) => _passwordHash = await passwords.HashAsync(LoginName.CheckPassword(body.Password), cancellationToken);

    public override async Task PrepareAsync(UserPatch patch, CancellationToken cancellationToken) => _passwordHash = patch.Password is null ? null : await passwords.HashAsync(LoginName.CheckPassword(patch.Password), cancellationToken);

    public override async Task<User> CreateAsync(UserCreate body, CancellationToken cancellationToken)
    {
        var role = ReadRole(body.Role);
        var customerId = role == UserRole.Operator ? (int?)null : OwnerOf(body.Customer);
        var name = LoginName.Check(body.Name);
        if (customerId is not null)
        {
            var customer = await Db.Customers.FirstOrDefaultAsync(customer => customer.Id == customerId, cancellationToken) ?? throw Fault.Invalid("customer", "is unknown");
            name = $"{name}@{customer.Name}";
        }

        if (await Db.Users.IgnoreQueryFilters().AnyAsync(other => other.Name == name, cancellationToken))
        {
            throw Fault.Conflict("The name is taken.");
        }

        var row = new User { Name = name, Email = TextRules.Line("email", body.Email) ?? "", Role = role, CustomerId = customerId, PasswordHash = _passwordHash };
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(User row, UserPatch patch, CancellationToken cancellationToken)
    {
        row.PasswordHash = _passwordHash ?? row.PasswordHash;
        row.Email = TextRules.Line("email", patch.Email) ?? row.Email;
        row.Active = patch.Active ?? row.Active;
        if (patch.Role is not null)
        {
            var role = ReadRole(patch.Role);
            row.Role = (role == UserRole.Operator) == (row.CustomerId is null) ? role : throw Fault.Invalid("role", "cannot be that of a login of a customer, or of an operator");
        }

        await Db.SaveChangesAsync(cancellationToken);
        await CheckLastAsync(row, cancellationToken);
    }

    public override async Task DeleteAsync(User row, CancellationToken cancellationToken)
    {
        await base.DeleteAsync(row, cancellationToken);
        await CheckLastAsync(row, cancellationToken);
    }

    protected override UserView View(User row) => new() { Id = row.Id, Revision = row.Revision, Name = row.Name, Email = row.Email, Role = row.Role.ToString().ToLowerInvariant(), Active = row.Active, Customer = row.CustomerId, Created = row.CreatedUnix, Modified = row.ModifiedUnix };

    private UserRole ReadRole(string text)
    {
        var role = text switch { "owner" => UserRole.Owner, "member" => UserRole.Member, "reader" => UserRole.Reader, "operator" => UserRole.Operator, _ => throw Fault.Invalid("role", "is none of owner, member, reader, operator") };
        OnlyOperators(role == UserRole.Operator, "role operator");
        return role;
    }

    // Nobody locks a customer, or all operators, out by mistake.
    private async Task CheckLastAsync(User row, CancellationToken cancellationToken)
    {
        var needed = row.CustomerId is null ? UserRole.Operator : UserRole.Owner;
        if (!await Db.Users.AnyAsync(user => user.CustomerId == row.CustomerId && user.Role == needed && user.Active, cancellationToken))
        {
            throw Fault.Conflict("It is the last active login of its kind.");
        }
    }
}
