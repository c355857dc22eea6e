namespace UwsgiIt.Linux.Processes;

/// <summary>Where a child stopped before it became the program.</summary>
public enum ChildStep
{
    /// <summary>Nothing failed.</summary>
    None,

    /// <summary>It was never told to go on.</summary>
    Gate,

    /// <summary>Groups, gid, uid, capabilities or no_new_privs.</summary>
    Rights,

    /// <summary>chdir(2) to the working directory.</summary>
    WorkingDirectory,

    /// <summary>The descriptors it shall get.</summary>
    Descriptors,

    /// <summary>execve(2) of the last program tried.</summary>
    Execute,
}

/// <summary>Why a child did not become the program.</summary>
/// <param name="Step">What failed.</param>
/// <param name="Errno">With this errno.</param>
public readonly record struct ChildFailure(ChildStep Step, int Errno);
