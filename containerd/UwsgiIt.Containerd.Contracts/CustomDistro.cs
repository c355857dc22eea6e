namespace UwsgiIt.Containerd.Contracts;

/// <summary>A distro that a customer keeps in a container of theirs.</summary>
public sealed record CustomDistro
{
    /// <summary>The container that stores it, of the same customer and host.</summary>
    public required uint Store { get; init; }

    /// <summary>Directory below its <c>~/distros</c>: one name of letters, digits and <c>. _ -</c>.</summary>
    public required string Path { get; init; }
}
