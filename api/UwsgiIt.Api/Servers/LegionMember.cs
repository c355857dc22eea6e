using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>A server in a legion.</summary>
internal sealed class LegionMember : TrackedRow
{
    public int LegionId { get; set; }

    public int ServerId { get; set; }

    public Server? Server { get; set; }

    public int Weight { get; set; } = 9999;
}
