using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Tags;

/// <summary>A customer's label for containers, domains, loopboxes and custom distros.</summary>
internal sealed class Tag : TrackedRow
{
    public required string Name { get; set; }

    public int CustomerId { get; set; }

    public string? Note { get; set; }
}
