namespace UwsgiIt.Api.Contracts;

/// <summary>An answer that would remove much of what a host has is more likely a mistake than a wish.</summary>
public static class RemovalGuard
{
    /// <summary>So many may go at once, unless they are all.</summary>
    public const int AlwaysAllowed = 3;

    /// <summary>Per cent of what is there that may go at once.</summary>
    public const int AllowedPercent = 20;

    /// <summary>True when removing <paramref name="removed"/> of <paramref name="present"/> needs an operator's word: all of them, or more than 20 % and more than 3.</summary>
    public static bool NeedsConfirmation(int present, int removed) =>
        removed > 0 && (removed == present || IsMuch(present, removed));

    /// <summary>True for more than 20 % and more than 3: for things of which the last one may go without a word.</summary>
    public static bool IsMuch(int present, int removed) => removed > AlwaysAllowed && removed * 100L > present * (long)AllowedPercent;
}
