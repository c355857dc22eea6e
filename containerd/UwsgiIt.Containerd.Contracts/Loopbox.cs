namespace UwsgiIt.Containerd.Contracts;

/// <summary>A file system image of a customer, mounted inside the container only, never with set-user-id bits or devices.</summary>
public sealed record Loopbox
{
    /// <summary>Its number, 1 or more.</summary>
    public required long Id { get; init; }

    /// <summary>The image, relative to the home; at most 64 characters.</summary>
    public required string Filename { get; init; }

    /// <summary>Directory to mount it on, relative to the home.</summary>
    public required string Mountpoint { get; init; }

    /// <summary>Mounted read-only.</summary>
    public bool Ro { get; set; }
}
