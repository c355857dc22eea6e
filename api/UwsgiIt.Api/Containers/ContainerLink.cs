using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Containers;

/// <summary>Consent of one container to talk to another; traffic needs both directions.</summary>
internal sealed class ContainerLink : TrackedRow
{
    public int ContainerId { get; set; }

    public Container? Container { get; set; }

    public int ToId { get; set; }

    public Container? To { get; set; }
}
