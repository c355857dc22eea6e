using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>An address that moves between servers.</summary>
internal sealed class FloatingAddress : TrackedRow
{
    public required string Address { get; set; }

    public int? CustomerId { get; set; }

    public int? LegionId { get; set; }

    public int? ServerId { get; set; }

    public string? Note { get; set; }
}
