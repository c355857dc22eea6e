using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Processes;

/// <summary>A child between fork(2) and execve(2). Owns the two pipes to it.</summary>
public sealed unsafe class StartingChild : IDisposable
{
    private readonly SafeFileHandle? _gate;

    internal StartingChild(int processId, SafeFileHandle status, SafeFileHandle? gate)
    {
        ProcessId = processId;
        Status = status;
        _gate = gate;
    }

    /// <summary>Its pid; also its session and process group.</summary>
    public int ProcessId { get; }

    /// <summary>Readable when <see cref="TryComplete"/> has an answer.</summary>
    public SafeFileHandle Status { get; }

    /// <summary>Lets a gated child go on; nothing otherwise.</summary>
    public void Open()
    {
        if (_gate is not null)
        {
            byte go = 1;
            _ = write((int)_gate.DangerousGetHandle(), &go, 1);
        }
    }

    /// <summary>False while it is on its way. Then: it is the program (<see cref="ChildStep.None"/>), or why it is not; it has exited in that case.</summary>
    public bool TryComplete(out ChildFailure failure)
    {
        failure = default;
        var report = stackalloc int[2];
        var length = (long)read((int)Status.DangerousGetHandle(), report, 2 * sizeof(int));
        if (length < 0)
        {
            return LibC.errno != EAGAIN && LibC.errno != EINTR;
        }

        if (length == 2 * sizeof(int))
        {
            failure = new ChildFailure((ChildStep)report[0], report[1]);
        }

        return true;
    }

    /// <summary>Closes the pipes; a child still waiting at the gate exits.</summary>
    public void Dispose()
    {
        Status.Dispose();
        _gate?.Dispose();
    }
}
