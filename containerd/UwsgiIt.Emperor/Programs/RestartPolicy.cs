namespace UwsgiIt.Emperor.Programs;

/// <summary>What to do when a program ends by itself.</summary>
internal enum RestartPolicy
{
    /// <summary>Start it again.</summary>
    Always,

    /// <summary>Start it again unless it exited with 0.</summary>
    OnFailure,

    /// <summary>Leave it until its file changes.</summary>
    Never,
}
