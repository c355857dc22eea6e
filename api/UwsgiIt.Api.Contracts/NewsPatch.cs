namespace UwsgiIt.Api.Contracts;

/// <summary>A word from the operator. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record NewsPatch
{
    /// <summary>The text.</summary>
    public string? Content { get; init; }

    /// <summary>Shown without a login too.</summary>
    public bool? Public { get; init; }
}
