using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Customers;

/// <summary>A login: of a customer, or of an operator when there is no customer.</summary>
internal sealed class User : TrackedRow
{
    /// <summary>Unique. A customer's further users are named <c>name@customer</c>.</summary>
    public required string Name { get; set; }

    public string Email { get; set; } = "";

    /// <summary>Argon2id, or what an import brought; null locks the login.</summary>
    [Secret(Sealed = false)]
    public string? PasswordHash { get; set; }

    public bool Active { get; set; } = true;

    public UserRole Role { get; set; }

    /// <summary>Null for operators.</summary>
    public int? CustomerId { get; set; }

    public Customer? Customer { get; set; }
}
