namespace UwsgiIt.Containerd.Contracts;

/// <summary>
/// All that pid 1 of a container needs to build it: written by the daemon into sealed memory, inherited as descriptor
/// <see cref="DescriptionDescriptor"/>. Paths are the host's; they are used before the root changes.
/// </summary>
/// <remarks>Members with a default have a setter: the generated JSON reader would set those of <c>init</c> to null where the text leaves them out.</remarks>
public sealed record StartDescription
{
    /// <summary>Where pid 1 finds this text.</summary>
    public const int DescriptionDescriptor = 3;

    /// <summary>SOCK_SEQPACKET to the daemon: "go" comes in, "ready" or a sentence about a failure goes out; closed then.</summary>
    public const int ReportDescriptor = 4;

    /// <summary>Listening SOCK_SEQPACKET by whose path any later daemon reaches pid 1.</summary>
    public const int ControlDescriptor = 5;

    /// <summary>What the daemon says once pid 1 is in its cgroup.</summary>
    public const string Go = "go";

    /// <summary>What pid 1 says when the container is built and it has given up its rights.</summary>
    public const string Ready = "ready";

    /// <summary>The container's uid and gid.</summary>
    public required uint Uid { get; init; }

    /// <summary>Uid and gid of pid 1, nobody else's on this host.</summary>
    public required uint InitUid { get; init; }

    /// <summary>Host name, at most 64 characters of <c>[A-Za-z0-9-]</c>.</summary>
    public required string HostName { get; init; }

    /// <summary>Parent of all homes.</summary>
    public required string ContainersRoot { get; init; }

    /// <summary>Group that may pass through the home to sockets in it: the router's.</summary>
    public required uint HomeGroup { get; init; }

    /// <summary>Root file system; read-only inside.</summary>
    public required string Distro { get; init; }

    /// <summary>The home whose owner made the distro, when it is a customer's: then nothing of it is trusted and no link in its path followed.</summary>
    public string? CustomDistroStore { get; set; }

    /// <summary>The distro's programs are 32-bit ones.</summary>
    public bool Is32Bit { get; set; }

    /// <summary>Memory limit, which bounds /run/shm and kernel.shmmax.</summary>
    public required long Memory { get; init; }

    /// <summary>Directory of the announcing sockets, seen as /run/subscribe.</summary>
    public string? SubscribeDirectory { get; set; }

    /// <summary>The container's own cgroup directories, seen read-only below /run/cgroup, by name there; the empty name is the directory itself.</summary>
    public IReadOnlyDictionary<string, string> CgroupDirectories { get; set; } = new Dictionary<string, string>();

    /// <summary>Text of etc/hosts when the customer has none.</summary>
    public string Hosts { get; set; } = "127.0.0.1 localhost\n::1 localhost\n";

    /// <summary>Text of etc/resolv.conf when the customer has none.</summary>
    public string ResolvConf { get; set; } = "";

    /// <summary>etc/uwsgi.key, PEM; null for none.</summary>
    public string? PrivateKey { get; set; }

    /// <summary>etc/uwsgi.pubkey, PEM; null for none.</summary>
    public string? PublicKey { get; set; }

    /// <summary>~/distros is made.</summary>
    public bool StoresDistros { get; set; }

    /// <summary>See <see cref="ContainerDefinition.Nofollow"/>.</summary>
    public bool NoFollow { get; set; }

    /// <summary>Descriptors a process may have. Default 65536.</summary>
    public ulong OpenFiles { get; set; } = 65_536;
}
