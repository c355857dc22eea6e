using System.Text.Json;

namespace UwsgiIt.Api.Contracts;

/// <summary>A row a dry run would have changed.</summary>
public sealed record DryRunChange
{
    /// <summary>Of the object.</summary>
    public required string Kind { get; init; }

    /// <summary>created, updated or deleted.</summary>
    public required string Action { get; init; }

    /// <summary>Values before; secrets are only named.</summary>
    public JsonElement? Before { get; init; }

    /// <summary>Values after.</summary>
    public JsonElement? After { get; init; }
}
