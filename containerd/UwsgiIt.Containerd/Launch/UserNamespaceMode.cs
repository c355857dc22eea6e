namespace UwsgiIt.Containerd.Launch;

/// <summary>Whether containers get a user namespace of their own.</summary>
internal enum UserNamespaceMode
{
    /// <summary>Where this host can do it, for each container by its distro's file system.</summary>
    Auto,

    /// <summary>Always: what cannot have one does not start.</summary>
    Required,

    /// <summary>Never.</summary>
    None,
}
