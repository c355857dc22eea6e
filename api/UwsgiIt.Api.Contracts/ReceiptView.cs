namespace UwsgiIt.Api.Contracts;

/// <summary>Where a change is live.</summary>
public sealed record ReceiptView
{
    /// <summary>The change.</summary>
    public required long Version { get; init; }

    /// <summary>True when every server concerned has it.</summary>
    public required bool Live { get; init; }

    /// <summary>The servers concerned.</summary>
    public required IReadOnlyList<ServerReceipt> Servers { get; init; }
}
