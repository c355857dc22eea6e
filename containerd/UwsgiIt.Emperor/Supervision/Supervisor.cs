using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Supervision;

/// <summary>
/// The Emperor of one container. Runs as pid 1 of it, under a uid that is not the customer's, with CAP_SETUID, CAP_SETGID and CAP_KILL; all
/// children are the customer's.
/// </summary>
internal sealed class Supervisor : IDisposable
{
    private readonly EventLoop _loop;
    private readonly SignalSource _signals = SupervisorSignals.Open();
    private readonly EmperorLog _log;
    private readonly Children _children;
    private readonly SupervisorSettings _settings;

    private Supervisor(SupervisorSettings settings, TimeProvider time)
    {
        _settings = settings;
        _loop = new EventLoop(time);
        _log = new EmperorLog(settings, time);
        _children = new Children(_loop, _log);
    }

    /// <summary>Supervises until it is told to stop; returns the exit status.</summary>
    public static int Run(SupervisorSettings settings)
    {
        OwnRights.KeepToOurselves();
        using var supervisor = new Supervisor(settings, TimeProvider.System);
        supervisor.Run();
        return 0;
    }

    public void Dispose()
    {
        _signals.Dispose();
        _log.Dispose();
        _loop.Dispose();
    }

    private void Run()
    {
        _loop.Watch(_signals.Handle, PollEvents.Readable, _ => ReadSignals());
        _log.Write($"up for uid {_settings.Uid}");
        _loop.Run();
        _log.Write("down");
    }

    private void ReadSignals()
    {
        while (_signals.TryRead(out var signal))
        {
            if (signal.Number == SupervisorSignals.Child)
            {
                _children.Reap();
            }
            else if (IsTrusted(signal))
            {
                _loop.Stop();
            }
        }
    }

    /// <summary>As pid 1 we obey senders outside our pid namespace only; the kernel shows these as pid 0. Elsewhere the kernel's own check will do.</summary>
    private static bool IsTrusted(ReceivedSignal signal) => Environment.ProcessId != 1 || signal.SenderId == 0;
}
