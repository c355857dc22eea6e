using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>A trusted machine that may read secret uuids.</summary>
internal sealed class PrivilegedClient : TrackedRow
{
    public required string Name { get; set; }

    public required string Address { get; set; }

    public string? CertificateFingerprint { get; set; }
}
