namespace UwsgiIt.Api.Contracts;

/// <summary>What the first steps made.</summary>
public sealed record BootstrapResult
{
    /// <summary>Id of the operator.</summary>
    public required int Operator { get; init; }

    /// <summary>Operator's token; shown once.</summary>
    public required string Token { get; init; }

    /// <summary>PEM of our authority.</summary>
    public required string Authority { get; init; }

    /// <summary>Id of the first server.</summary>
    public int? Server { get; init; }

    /// <summary>PEM of its client certificate.</summary>
    public string? Certificate { get; init; }
}
