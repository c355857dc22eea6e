namespace UwsgiIt.Api.Contracts;

/// <summary>A loop-mounted image file. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record LoopboxPatch
{
    /// <summary>Names; replaces.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}
