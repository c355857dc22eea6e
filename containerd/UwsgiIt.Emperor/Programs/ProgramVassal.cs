using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using UwsgiIt.Emperor.Announcing;
using UwsgiIt.Emperor.Cron;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Emperor.Vassals;
using UwsgiIt.Linux.Processes;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Emperor.Programs;

/// <summary>
/// A plain program. One object lives as long as the file: the program in it comes and goes, its listening sockets and cron lines stay.
/// (1) read the file, (2) open what it listens on, (3) start it, or wait for a connection, (4) announce it once it takes connections.
/// </summary>
internal sealed class ProgramVassal(VassalFile file, VassalContext context, IVassalWatcher watcher, Announcer announcer) : Vassal(file, context, watcher)
{
    /// <summary>Who has lived so long is loyal.</summary>
    public static readonly TimeSpan LoyalAfter = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(200);

    private readonly List<OnDemandSocket> _listeners = [];
    private readonly List<SubscriptionPacket> _announced = [];
    private ProgramDefinition _definition = new();
    private CronRunner? _cron;
    private TcpBridge? _bridge;
    private LoopTimer? _restart;
    private LoopTimer? _loyalty;
    private LoopTimer? _probe;
    private bool _isReloading;

    public override string Kind => "program";

    protected override TimeSpan StopTimeout => _definition.StopTimeout ?? Context.Settings.Mercy;

    public override bool Start()
    {
        if (!ReadFile())
        {
            // It stays as it is, not running, until its file changes.
            return true;
        }

        _cron = new CronRunner(Context, Name, _definition.Cron, LocalZone.Get);
        _cron.Start();
        if (_definition.Exec.Count == 0)
        {
            return true;
        }

        foreach (var address in _definition.Listen)
        {
            if (OnDemandSocket.Open(Context, address) is not { } listener)
            {
                return false;
            }

            _listeners.Add(listener);
        }

        if (_definition.Port is { } port)
        {
            _bridge = TcpBridge.Open(Context, Shortcuts.SocketPath(Context.Settings, Name, FilePath), new IPEndPoint(IPAddress.Loopback, port));
            if (_bridge is null)
            {
                return false;
            }
        }

        Begin();
        return true;
    }

    public override void Reload(VassalFile file)
    {
        File = file;
        Reloads++;
        if (ProcessId > 0 && _definition.ReloadSignal is { } signal && ReadFileAgainIsSame())
        {
            ProcessSignals.Send(ProcessId, signal);
            return;
        }

        _isReloading = true;
        EndProgram();
    }

    protected override void AskToStop() => ProcessSignals.SendToGroup(ProcessId, _definition.StopSignal);

    protected override void Release()
    {
        Withdraw();
        _restart?.Cancel();
        _cron?.Stop();
        _cron = null;
        _bridge?.Dispose();
        _bridge = null;
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        _listeners.Clear();
    }

    private bool ReadFile()
    {
        var definition = VassalFactory.ReadProgram(Context, File, out var faults);
        foreach (var fault in faults)
        {
            Context.Log.Write($"{Name}: {fault}");
        }

        if (definition is not null && faults.Count == 0)
        {
            _definition = definition;
            return true;
        }

        return false;
    }

    private bool ReadFileAgainIsSame() =>
        VassalFactory.ReadProgram(Context, File, out var faults) is { } definition && faults.Count == 0
        && definition.Listen.SequenceEqual(_definition.Listen) && definition.Names.SequenceEqual(_definition.Names) && definition.Exec.SequenceEqual(_definition.Exec);

    private void EndProgram()
    {
        if (ProcessId > 0)
        {
            Withdraw();
            AskToStop();
            StartExecution();
        }
        else
        {
            StartAnew();
        }
    }

    /// <summary>After a change of the file: everything from the beginning.</summary>
    private void StartAnew()
    {
        _isReloading = false;
        Release();
        ProcessId = 0;
        if (!Start())
        {
            Release();
            Watcher.Ended(this, null);
        }
    }

    private void Begin()
    {
        if (!_definition.IsOnDemand)
        {
            Launch();
            return;
        }

        ProcessId = -1;
        OnDemand = _listeners[0].Address;
        foreach (var listener in _listeners)
        {
            listener.Await(Launch);
        }

        Watcher.Changed(this);

        AnnounceWhenReachable();
    }

    private void Launch()
    {
        foreach (var listener in _listeners)
        {
            listener.Ignore();
        }

        using var output = ChildOutput.Open(Context);
        List<(int, SafeHandle)> descriptors = [(1, output), (2, output), .. _listeners.Select(static (listener, i) => (3 + i, (SafeHandle)listener.Handle))];
        var settings = Context.Settings;
        var child = Context.Children.Start(
            new ChildStart
            {
                Images = [.. Candidates(_definition.Exec[0]).Select(path => new ChildImage(path, _definition.Exec))],
                Environment = [.. Context.BaseEnvironment(), .. _listeners.Count > 0 ? [$"LISTEN_FDS={_listeners.Count}"] : Array.Empty<string>(), .. _definition.Environment],
                OwnPidVariable = _listeners.Count > 0 ? "LISTEN_PID" : null,
                WorkingDirectory = _definition.WorkingDirectory ?? settings.Home,
                Uid = settings.Uid,
                Gid = settings.Gid,
                Descriptors = descriptors,
                IsGated = _definition.HasLimits,
            },
            Exited,
            failure => Context.Log.Write($"{Name} cannot be started: {failure.Step}, errno {failure.Errno}"));
        if (child is null)
        {
            _restart = Context.Loop.After(TimeSpan.FromSeconds(5), Begin);
            return;
        }

        ProcessId = child.ProcessId;
        LastRun = Context.Now;
        LastReady = LastRun;
        IsReady = true;
        Place(child);
        Watcher.Started(this);
        _loyalty = Context.Loop.After(LoyalAfter, BecomeLoyal);
        AnnounceWhenReachable();
    }

    /// <summary>A program with limits waits until it is where they hold; without anybody to place it, it does not run at all.</summary>
    private void Place(StartingChild child)
    {
        if (!_definition.HasLimits)
        {
            return;
        }

        Watcher.Place(this, child.ProcessId, _definition.Memory, _definition.CpuWeight, fault =>
        {
            if (fault is null)
            {
                child.Open();
                return;
            }

            Context.Log.Write($"{Name}: its limits cannot be set: {fault}");
            ProcessSignals.Send(child.ProcessId, SupervisorSignals.Kill);
        });
    }

    private void Exited(ChildExit exit)
    {
        _loyalty?.Cancel();
        Withdraw();
        IsReady = IsAccepting = false;
        if (IsCursed)
        {
            HasExited(exit);
            return;
        }

        StopExecution();
        ProcessSignals.SendToGroup(exit.ProcessId, SupervisorSignals.Kill);
        ProcessId = 0;
        var delay = Watcher.Died(this, exit, isExpected: _isReloading || (exit.ExitCode == 0 && (_definition.IsOnDemand || _definition.Restart != RestartPolicy.Always)));
        BecomeStranger();
        if (_isReloading)
        {
            StartAnew();
        }
        else if (_definition.Restart == RestartPolicy.Always || (_definition.Restart == RestartPolicy.OnFailure && exit.ExitCode != 0) || _definition.IsOnDemand)
        {
            _restart = Context.Loop.After(delay, Begin);
        }

        Watcher.Changed(this);
    }

    /// <summary>Announces once somebody takes connections: at once for sockets that we hold, else as soon as one can be made.</summary>
    private void AnnounceWhenReachable()
    {
        if (_definition.Names.Count == 0 || _announced.Count > 0)
        {
            return;
        }

        var address = _bridge?.Address ?? _definition.Socket ?? _definition.Listen.First(static address => address.StartsWith('/'));
        if (_definition.Listen.Contains(address))
        {
            Announce(address);
            return;
        }

        if (ProcessId > 0)
        {
            _probe = Context.Loop.After(ProbeEvery, () => Probe(address));
        }
    }

    private void Probe(string address)
    {
        using var customer = ActingAs.User(Context.Settings.Uid, Context.Settings.Gid);
        using var connection = _definition.Port is { } port ? ListenSocket.ConnectNow(new IPEndPoint(IPAddress.Loopback, port)) : ListenSocket.Connect(address, out _);
        if (connection is not null)
        {
            Announce(address);
        }
        else if (ProcessId > 0)
        {
            _probe = Context.Loop.After(ProbeEvery, () => Probe(address));
        }
    }

    private void Announce(string address)
    {
        if (ProcessId > 0)
        {
            IsAccepting = true;
            LastAccepting = Context.Now;
            Watcher.Changed(this);
        }

        foreach (var name in _definition.Names)
        {
            if (announcer.TryBegin(name, address, _definition.Protocol, out var packet))
            {
                _announced.Add(packet);
            }
        }
    }

    private void Withdraw()
    {
        _probe?.Cancel();
        foreach (var packet in _announced)
        {
            announcer.End(packet);
        }

        _announced.Clear();
    }

    private IEnumerable<string> Candidates(string program) => program.Contains('/', StringComparison.Ordinal)
        ? [program]
        : new[] { $"{Context.Settings.Home}/bin", "/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin" }.Select(folder => $"{folder}/{program}");
}
