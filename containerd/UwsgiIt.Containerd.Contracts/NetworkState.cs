namespace UwsgiIt.Containerd.Contracts;

/// <summary>
/// What this host's gateway shall do, as the api says it: <c>network.json</c> in the daemon's state directory, replaced whole. An absent file is an
/// empty state. Whoever reads it checks it: <see cref="DefinitionFaults.IsUid"/> for uids, and the port rules of the data plane.
/// </summary>
/// <remarks>Members with a default have a setter, as in <see cref="ContainerDefinition"/>.</remarks>
public sealed record NetworkState
{
    /// <summary>Public ports that lead to containers.</summary>
    public IReadOnlyList<PublicPort> Portmaps { get; set; } = [];

    /// <summary>Containers of other servers that one of ours is linked with: uid to the address and port of their router.</summary>
    public IReadOnlyDictionary<uint, string> Remotes { get; set; } = new Dictionary<uint, string>();

    /// <summary>Public keys of other servers' routers, 32 bytes in base64, by the address and port that <see cref="Remotes"/> names: what that server has in <c>network.pub</c>.</summary>
    public IReadOnlyDictionary<string, string> Tunnels { get; set; } = new Dictionary<string, string>();

    /// <summary>Address and port of other servers' WireGuard, which has the same key, by the address and port that <see cref="Remotes"/> names. Used where this server's kernel has one too.</summary>
    public IReadOnlyDictionary<string, string> WireGuards { get; set; } = new Dictionary<string, string>();
}
