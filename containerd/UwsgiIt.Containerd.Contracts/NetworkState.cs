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
}
