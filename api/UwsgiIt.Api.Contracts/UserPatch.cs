namespace UwsgiIt.Api.Contracts;

/// <summary>A login of a customer or operator. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record UserPatch
{
    /// <summary>New password.</summary>
    public string? Password { get; init; }

    /// <summary>New address.</summary>
    public string? Email { get; init; }

    /// <summary>owner, member or reader.</summary>
    public string? Role { get; init; }

    /// <summary>False: cannot log in.</summary>
    public bool? Active { get; init; }
}
