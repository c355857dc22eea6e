namespace UwsgiIt.Containerd.Contracts;

/// <summary>
/// All that the builder of a container and its pid 1 need: written by the daemon into sealed memory, inherited by both as descriptor
/// <see cref="DescriptionDescriptor"/>. Paths are the host's; they are used before the root changes.
/// </summary>
/// <remarks>Members with a default have a setter: the generated JSON reader would set those of <c>init</c> to null where the text leaves them out.</remarks>
public sealed record StartDescription
{
    /// <summary>Where both find this text.</summary>
    public const int DescriptionDescriptor = 3;

    /// <summary>SOCK_SEQPACKET to the daemon: "go" comes in, one of the words below or a sentence about a failure goes out; closed at the end.</summary>
    public const int ReportDescriptor = 4;

    /// <summary>Of pid 1: listening SOCK_SEQPACKET by whose path any later daemon reaches it.</summary>
    public const int ControlDescriptor = 5;

    /// <summary>Of pid 1: its own program, by which it was executed in a namespace where no path of the daemon's leads to it.</summary>
    public const int ProgramDescriptor = 6;

    /// <summary>Of the builder: the container's user namespace, where <see cref="IdBase"/> says that it has one.</summary>
    public const int UserNamespaceDescriptor = 5;

    /// <summary>What the daemon says when a process is in its cgroup, and again to pid 1 when the root is built.</summary>
    public const string Go = "go";

    /// <summary>What pid 1 says when all that it needs of the host's files is loaded.</summary>
    public const string Loaded = "loaded";

    /// <summary>What the builder says when the root is built and entered.</summary>
    public const string Built = "built";

    /// <summary>What pid 1 says when it has given up its rights.</summary>
    public const string Ready = "ready";

    /// <summary>The container's uid and gid.</summary>
    public required uint Uid { get; init; }

    /// <summary>Uid and gid of pid 1, in its own user namespace where it has one; nobody else's in the container, nor on this host.</summary>
    public required uint InitUid { get; init; }

    /// <summary>What root of the container's user namespace is on the host, the first of 65,536 numbers that are this container's; null where it has no such namespace.</summary>
    public uint? IdBase { get; set; }

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

    /// <summary>Processes go under the profile of AppArmor.</summary>
    public bool HasProfile { get; set; }

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
