namespace UwsgiIt.Api.Contracts;

/// <summary>A word from the operator. What is needed to make one.</summary>
public sealed record NewsCreate
{
    /// <summary>The text.</summary>
    public required string Content { get; init; }

    /// <summary>Shown without a login too; default false.</summary>
    public bool? Public { get; init; }
}
