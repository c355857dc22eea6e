namespace UwsgiIt.Api.Contracts;

/// <summary>A firewall rule of a container; highest priority first. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record RulePatch
{
    /// <summary>in or out.</summary>
    public string? Direction { get; init; }

    /// <summary>Address or network.</summary>
    public string? Source { get; init; }

    /// <summary>Address or network.</summary>
    public string? Destination { get; init; }

    /// <summary>allow, deny or gateway.</summary>
    public string? Action { get; init; }

    /// <summary>With gateway: address:port.</summary>
    public string? Target { get; init; }

    /// <summary>Higher first.</summary>
    public int? Priority { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
