using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Loopboxes;

/// <summary>A loop-mounted image file given to a container.</summary>
internal sealed class Loopbox : TrackedRow
{
    public int ContainerId { get; set; }

    public Container? Container { get; set; }

    public required string Filename { get; set; }

    public required string Mountpoint { get; set; }

    public bool ReadOnly { get; set; }

    public List<Tags.Tag> Tags { get; } = [];
}
