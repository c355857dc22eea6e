using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Distros;

/// <summary>A distro kept in a customer's own container.</summary>
internal sealed class CustomDistro : TrackedRow
{
    public int ContainerId { get; set; }

    /// <summary>The container that stores it.</summary>
    public Container? Container { get; set; }

    public required string Name { get; set; }

    public required string Path { get; set; }

    public Guid Uuid { get; set; } = Guid.NewGuid();

    public string? Note { get; set; }

    public List<Tags.Tag> Tags { get; } = [];
}
