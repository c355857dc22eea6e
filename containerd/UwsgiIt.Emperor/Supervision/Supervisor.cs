using UwsgiIt.Emperor.Announcing;
using UwsgiIt.Emperor.Control;
using UwsgiIt.Emperor.Stats;
using UwsgiIt.Emperor.Vassals;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Supervision;

/// <summary>
/// The Emperor of one container. Runs as pid 1 of it, under a uid that is not the customer's, with CAP_SETUID, CAP_SETGID and CAP_KILL; all
/// children are the customer's.
/// </summary>
internal sealed class Supervisor : IDisposable
{
    // What only the start needed is out of the way by then.
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(5);

    private readonly EventLoop _loop;
    private readonly SignalSource _signals = SupervisorSignals.Open();
    private readonly EmperorLog _log;
    private readonly Children _children;
    private readonly SupervisorSettings _settings;
    private readonly VassalContext _context;
    private readonly Announcer _announcer;
    private readonly DaemonReporter _reporter;
    private readonly VassalSupervisor _vassals;
    private readonly StatsServer _stats;
    private readonly NotifySocket _notify;

    private Supervisor(SupervisorSettings settings, TimeProvider time)
    {
        _settings = settings;
        _loop = new EventLoop(time);
        _log = new EmperorLog(settings, time);
        _children = new Children(_loop, _log);
        _context = new VassalContext(settings, _loop, _log, _children, time);
        _reporter = new DaemonReporter(_context);
        _announcer = new Announcer(_context, settings.Signer);
        _vassals = new VassalSupervisor(_context, new VassalFactory(_context, _announcer), _reporter);
        _notify = new NotifySocket(_context);
        _stats = new StatsServer(_context, () => StatsWriter.Write(settings, _vassals.Vassals, _vassals.Blacklist.Entries, _log.Lost));
    }

    /// <summary>Supervises until it is told to stop; returns the exit status.</summary>
    public static int Run(SupervisorSettings settings)
    {
        OwnRights.KeepToOurselves();
        OwnRights.Name("uwsgiit-emperor");
        using var supervisor = new Supervisor(settings, TimeProvider.System);
        supervisor.Run();
        return 0;
    }

    public void Dispose()
    {
        _stats.Dispose();
        _notify.Dispose();
        _vassals.Dispose();
        _announcer.Dispose();
        _reporter.Dispose();
        _signals.Dispose();
        _log.Dispose();
        _loop.Dispose();
    }

    private void Run()
    {
        _loop.Watch(_signals.Handle, PollEvents.Readable, _ => ReadSignals());
        _log.Write($"up for uid {_settings.Uid}");
        if (_settings.SignerFault is { } fault)
        {
            _log.Write($"{fault}: programs are announced unsigned");
        }

        StartRcLocal();
        _stats.Start();
        _notify.Start();
        _vassals.Start();
        _loop.After(SettledAfter, OwnMemory.DropCode);
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
                Obey(signal.Number);
            }
        }
    }

    private void Obey(int signal)
    {
        switch (signal)
        {
            case SupervisorSignals.Hangup:
                _vassals.ReloadAll();
                break;
            case SupervisorSignals.User1:
                _vassals.LogStatus();
                break;
            case SupervisorSignals.Urgent:
                _vassals.ClearBlacklist();
                _vassals.Rescan();
                break;
            case SupervisorSignals.WindowChange:
                _vassals.Rescan();
                break;
            default:
                _log.Write("stopping");
                _vassals.StopAll(_loop.Stop);
                break;
        }
    }

    private void StartRcLocal()
    {
        if (_settings.RcLocal is not { } script || !HasFile(script))
        {
            return;
        }

        using var output = ChildOutput.Open(_context);
        _children.Start(
            new ChildStart
            {
                Images = [new ChildImage("/bin/sh", ["sh", script])],
                Environment = _context.BaseEnvironment(),
                WorkingDirectory = _settings.Home,
                Uid = _settings.Uid,
                Gid = _settings.Gid,
                Descriptors = [(1, output), (2, output)],
            },
            exit => _log.Write($"{script} has exited with {exit.ExitCode}"));
    }

    private bool HasFile(string path)
    {
        using var customer = ActingAs.User(_settings.Uid, _settings.Gid);
        return CustomerFile.TryStat(path, followLinks: true, out _);
    }

    /// <summary>As pid 1 we obey senders outside our pid namespace only; the kernel shows these as pid 0. Elsewhere the kernel's own check will do.</summary>
    private static bool IsTrusted(ReceivedSignal signal) => Environment.ProcessId != 1 || signal.SenderId == 0;
}
