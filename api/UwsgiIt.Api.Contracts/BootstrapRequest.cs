namespace UwsgiIt.Api.Contracts;

/// <summary>First steps on an empty database.</summary>
public sealed record BootstrapRequest
{
    /// <summary>Name of the first operator.</summary>
    public required string Admin { get; init; }

    /// <summary>Of the first operator.</summary>
    public required string Password { get; init; }

    /// <summary>Name of the first server.</summary>
    public string? Server { get; init; }

    /// <summary>Of the first server.</summary>
    public string? Address { get; init; }

    /// <summary>MB to give away.</summary>
    public int? Memory { get; init; }

    /// <summary>MB to give away.</summary>
    public int? Storage { get; init; }

    /// <summary>PKCS#10 of the first server's certificate, PEM.</summary>
    public string? Request { get; init; }
}
