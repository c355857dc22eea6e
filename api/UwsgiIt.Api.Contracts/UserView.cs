namespace UwsgiIt.Api.Contracts;

/// <summary>A login of a customer or operator. What the api answers.</summary>
public sealed record UserView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>May be empty.</summary>
    public required string Email { get; init; }

    /// <summary>owner, member, reader or operator.</summary>
    public required string Role { get; init; }

    /// <summary>False: cannot log in.</summary>
    public required bool Active { get; init; }

    /// <summary>Null for operators.</summary>
    public int? Customer { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
