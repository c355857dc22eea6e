using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Distros;

/// <summary>A read-only root filesystem containers start from.</summary>
internal sealed class Distro : TrackedRow
{
    public required string Name { get; set; }

    /// <summary>Folder below the host's distros root.</summary>
    public required string Path { get; set; }

    public Guid Uuid { get; set; } = Guid.NewGuid();

    public string? Note { get; set; }
}
