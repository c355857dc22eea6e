namespace UwsgiIt.Containerd.Containers;

/// <summary>Where a container is in its life.</summary>
internal enum ContainerPhase
{
    /// <summary>Not running, and not to be.</summary>
    Stopped,

    /// <summary>Being built.</summary>
    Starting,

    /// <summary>Pid 1 lives.</summary>
    Running,

    /// <summary>Told to stop.</summary>
    Stopping,

    /// <summary>Could not be started, or ended by itself; tried again after a pause.</summary>
    Failed,
}
