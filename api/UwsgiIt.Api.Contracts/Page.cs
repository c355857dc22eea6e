namespace UwsgiIt.Api.Contracts;

/// <summary>Part of a list, by id.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public sealed record Page<T>
{
    /// <summary>The items.</summary>
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>Give it as <c>after</c> to get the next part; null at the end.</summary>
    public string? Next { get; init; }
}
