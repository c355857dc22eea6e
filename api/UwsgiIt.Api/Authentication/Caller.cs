using UwsgiIt.Api.Customers;

namespace UwsgiIt.Api.Authentication;

/// <summary>Who makes the request.</summary>
internal sealed class Caller
{
    public static readonly Caller Anonymous = new() { Actor = "anonymous" };

    /// <summary>Name in the audit log.</summary>
    public required string Actor { get; init; }

    public int? UserId { get; init; }

    public int? CustomerId { get; init; }

    public int? TokenId { get; init; }

    /// <summary>Set when a host calls.</summary>
    public int? ServerId { get; init; }

    /// <summary>Set when an alarm key calls: the one container it is for.</summary>
    public int? AlarmContainerId { get; init; }

    public UserRole Role { get; init; } = UserRole.Reader;

    /// <summary>What a token is limited to; a password is limited to nothing.</summary>
    public Scopes Scopes { get; init; } = Scopes.None;

    public bool IsOperator => Role == UserRole.Operator;
}
