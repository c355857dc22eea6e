using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Containers;

/// <summary>Public tcp or udp port of a dedicated server to a container's port.</summary>
internal sealed class Portmap : TrackedRow
{
    public required string Proto { get; set; }

    public int PublicPort { get; set; }

    public int ContainerId { get; set; }

    public Container? Container { get; set; }

    public int PrivatePort { get; set; }

    /// <summary>The container's server, kept here so that (server, proto, port) is unique in the database.</summary>
    public int ServerId { get; set; }
}
