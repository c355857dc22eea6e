namespace UwsgiIt.Api.Contracts;

/// <summary>A login of a customer or operator. What is needed to make one.</summary>
public sealed record UserCreate
{
    /// <summary>Without the @customer that is added for users of customers.</summary>
    public required string Name { get; init; }

    /// <summary>Not empty.</summary>
    public required string Password { get; init; }

    /// <summary>May be empty.</summary>
    public string? Email { get; init; }

    /// <summary>owner, member or reader; operators may make operators.</summary>
    public required string Role { get; init; }

    /// <summary>The owner; for operators only, customers own what they make.</summary>
    public int? Customer { get; init; }
}
