namespace UwsgiIt.Api.Contracts;

/// <summary>Who the api takes the caller for.</summary>
public sealed record MeView
{
    /// <summary>As the audit log names it.</summary>
    public required string Actor { get; init; }

    /// <summary>Id of the login; null on the local socket.</summary>
    public int? User { get; init; }

    /// <summary>Null for operators.</summary>
    public int? Customer { get; init; }

    /// <summary>owner, member, reader or operator.</summary>
    public required string Role { get; init; }
}
