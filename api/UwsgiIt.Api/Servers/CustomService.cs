using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>Free configuration of a customer's service on a server.</summary>
internal sealed class CustomService : TrackedRow
{
    public required string Name { get; set; }

    public int CustomerId { get; set; }

    public int ServerId { get; set; }

    public string Config { get; set; } = "";
}
