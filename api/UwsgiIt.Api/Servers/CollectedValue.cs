using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>What a host sent for a file.</summary>
internal sealed class CollectedValue : TrackedRow
{
    public int ServerId { get; set; }

    public int FileId { get; set; }

    public CollectedFile? File { get; set; }

    public string Value { get; set; } = "";
}
