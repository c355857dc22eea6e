namespace UwsgiIt.Api.Changes;

/// <summary>One saved row, with what it was and what it became.</summary>
internal sealed record RecordedChange(object Entity, string Action, string? Before, string? After)
{
    /// <summary>Where a container was before it moved.</summary>
    public int? OriginalServerId { get; init; }
}
