namespace UwsgiIt.Api.Contracts;

/// <summary>A new alarm key; the old one is dead.</summary>
public sealed record AlarmKeyView
{
    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>The key; shown once.</summary>
    public required string AlarmKey { get; init; }
}
