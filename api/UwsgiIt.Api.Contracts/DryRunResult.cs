using System.Text.Json;

namespace UwsgiIt.Api.Contracts;

/// <summary>What a write would have done; nothing was stored.</summary>
public sealed record DryRunResult
{
    /// <summary>Every row it would have changed.</summary>
    public required IReadOnlyList<DryRunChange> Changes { get; init; }

    /// <summary>Whether a container would have been restarted.</summary>
    public required bool Restarts { get; init; }

    /// <summary>The object as it would have been.</summary>
    public JsonElement? Result { get; init; }
}
