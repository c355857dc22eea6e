using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Containers;

/// <summary>An operator's rule for a container; higher priority first, first match wins.</summary>
internal sealed class FirewallRule : TrackedRow
{
    public int ContainerId { get; set; }

    public Container? Container { get; set; }

    /// <summary>in or out.</summary>
    public required string Direction { get; set; }

    public required string Source { get; set; }

    public required string Destination { get; set; }

    /// <summary>allow, deny or gateway.</summary>
    public required string Action { get; set; }

    public string? Target { get; set; }

    public int Priority { get; set; }

    public Guid Uuid { get; set; } = Guid.NewGuid();

    public string? Note { get; set; }
}
