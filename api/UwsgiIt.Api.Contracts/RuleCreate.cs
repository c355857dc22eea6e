namespace UwsgiIt.Api.Contracts;

/// <summary>A firewall rule of a container; highest priority first. What is needed to make one.</summary>
public sealed record RuleCreate
{
    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>in or out.</summary>
    public required string Direction { get; init; }

    /// <summary>Address or network.</summary>
    public required string Source { get; init; }

    /// <summary>Address or network.</summary>
    public required string Destination { get; init; }

    /// <summary>allow, deny or gateway.</summary>
    public required string Action { get; init; }

    /// <summary>With gateway: address:port.</summary>
    public string? Target { get; init; }

    /// <summary>Higher first; default 0.</summary>
    public int? Priority { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
