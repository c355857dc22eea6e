using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>Where servers stand.</summary>
internal sealed class Datacenter : TrackedRow
{
    public required string Name { get; set; }

    public string? Description { get; set; }

    public string? Note { get; set; }
}
