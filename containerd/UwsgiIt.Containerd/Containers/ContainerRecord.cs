using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Containers;

/// <summary>What is kept on disk of a running container, so that the next daemon knows it again and nothing else for it.</summary>
internal sealed record ContainerRecord
{
    /// <summary>Version of this format.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; set; } = CurrentFormat;

    public required uint Uid { get; init; }

    /// <summary>/proc/sys/kernel/random/boot_id: after a reboot no record is true.</summary>
    public required string BootId { get; init; }

    public required int ProcessId { get; init; }

    /// <summary>Field 22 of /proc/PID/stat, clock ticks since boot.</summary>
    public required long StartTicks { get; init; }

    /// <summary>Identity of its namespaces, as /proc/PID/ns shows them.</summary>
    public required IReadOnlyDictionary<string, string> Namespaces { get; init; }

    /// <summary>See <see cref="StartDescription.IdBase"/>.</summary>
    public uint? IdBase { get; set; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>The definition it was started with, limits as last applied.</summary>
    public required ContainerDefinition Definition { get; init; }

    /// <summary>SHA-256 over the definition's text; a record that was changed by hand is none of ours.</summary>
    public required string DefinitionHash { get; init; }
}
