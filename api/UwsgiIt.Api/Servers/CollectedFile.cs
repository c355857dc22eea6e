using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>Name of a file that hosts send in.</summary>
internal sealed class CollectedFile : TrackedRow
{
    public required string Filename { get; set; }
}
