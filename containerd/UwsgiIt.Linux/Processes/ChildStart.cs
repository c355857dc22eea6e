using System.Runtime.InteropServices;

namespace UwsgiIt.Linux.Processes;

/// <summary>A program to try: the first of a list that execve(2) accepts becomes the child.</summary>
/// <param name="Path">Path inside the current root; looked at as the child's uid.</param>
/// <param name="Arguments">argv, the program's own name first.</param>
public sealed record ChildImage(string Path, IReadOnlyList<string> Arguments);

/// <summary>What a child shall be. Everything not named here it does not get: no descriptor, no capability, no variable.</summary>
public sealed record ChildStart
{
    /// <summary>Programs to try in order, 1 to 64.</summary>
    public required IReadOnlyList<ChildImage> Images { get; init; }

    /// <summary>The whole environment as <c>NAME=value</c>.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>A further variable whose value is the child's own pid, as LISTEN_PID must be; null for none.</summary>
    public string? OwnPidVariable { get; init; }

    /// <summary>Where it starts, entered as the child's uid.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Its uid: real, effective and saved. Null keeps ours, for the unprivileged use of tests.</summary>
    public uint? Uid { get; init; }

    /// <summary>Its gid; supplementary groups are none.</summary>
    public uint Gid { get; init; }

    /// <summary>The descriptors it gets, by number; others are closed. 0, 1 and 2 that are not named are /dev/null.</summary>
    public required IReadOnlyList<(int Number, SafeHandle Handle)> Descriptors { get; init; }

    /// <summary>A pidfd of a process whose user namespace the child joins first, to be <see cref="Uid"/> there; null stays in ours.</summary>
    public SafeHandle? UserNamespaceOf { get; init; }

    /// <summary>The system calls it may use (<see cref="Isolation.SeccompFilter.Program"/>), with an empty bounding set; null where ours is inherited with both.</summary>
    public byte[]? Filter { get; init; }

    /// <summary>The profile of AppArmor it goes under, see <see cref="Isolation.AppArmor"/>; null stays under ours.</summary>
    public string? Profile { get; init; }

    /// <summary>True makes descriptor 0 the controlling terminal of its session.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>True makes it wait, with our rights still, until <see cref="StartingChild.Open"/>: time to place it in a cgroup.</summary>
    public bool IsGated { get; init; }
}
