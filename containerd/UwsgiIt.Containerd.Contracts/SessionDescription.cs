namespace UwsgiIt.Containerd.Contracts;

/// <summary>What the stage that joins a container is told, like <see cref="StartDescription"/>, by the same descriptors.</summary>
public sealed record SessionDescription
{
    /// <summary>The container's pid 1, as a pidfd.</summary>
    public const int ProcessDescriptor = 5;

    /// <summary>The client's connection: the stage answers by itself, so that the daemon may come and go.</summary>
    public const int ClientDescriptor = 6;

    /// <summary>First of the client's three streams, when it sent them.</summary>
    public const int FirstStream = 7;

    /// <summary>The container's uid and gid.</summary>
    public required uint Uid { get; init; }

    /// <summary>See <see cref="StartDescription.IdBase"/>.</summary>
    public uint? IdBase { get; set; }

    /// <summary>See <see cref="StartDescription.HasProfile"/>.</summary>
    public bool HasProfile { get; set; }

    /// <summary>The distro's programs are 32-bit ones.</summary>
    public bool Is32Bit { get; set; }

    /// <summary>The home, where the program starts.</summary>
    public required string Home { get; init; }

    /// <summary>What the client asked for.</summary>
    public required SessionRequest Request { get; init; }

    /// <summary>Descriptors a process may have.</summary>
    public ulong OpenFiles { get; set; } = 65_536;
}
