using UwsgiIt.Emperor.Control;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Vassals;

/// <summary>
/// Makes the running vassals match the directory. (1) Files that are gone stop theirs, (2) newer files reload theirs, (3) files without a
/// vassal start one, unless the name is on the blacklist still; after the end of any vassal it looks again.
/// </summary>
internal sealed class VassalSupervisor : IVassalWatcher, IDisposable
{
    private const int ExileExitCode = 26;

    private readonly VassalContext _context;
    private readonly VassalFactory _factory;
    private readonly DaemonReporter _reporter;
    private readonly VassalScanner _scanner;
    private readonly Dictionary<string, Vassal> _vassals = [];
    private readonly HashSet<string> _directory = [];
    private Action? _allGone;
    private bool _warnedOfMany;

    public VassalSupervisor(VassalContext context, VassalFactory factory, DaemonReporter reporter)
    {
        _context = context;
        _factory = factory;
        _reporter = reporter;
        _reporter.Follow(() => _vassals.Values);
        _scanner = new VassalScanner(context.Settings, context.Loop, Scan);
    }

    public IReadOnlyCollection<Vassal> Vassals => _vassals.Values;

    public Blacklist Blacklist { get; } = new();

    /// <summary>Starts to follow the directory.</summary>
    public void Start() => _scanner.Want();

    public void Rescan() => _scanner.Want();

    /// <summary>Every vassal reads its file again.</summary>
    public void ReloadAll()
    {
        foreach (var vassal in _vassals.Values.Where(static vassal => !vassal.IsCursed).ToList())
        {
            vassal.Reload(vassal.File);
        }
    }

    public void ClearBlacklist() => Blacklist.Clear();

    /// <summary>Stops every vassal; calls back when the last is gone.</summary>
    public void StopAll(Action gone)
    {
        _allGone = gone;
        foreach (var vassal in _vassals.Values.ToList())
        {
            vassal.Stop();
        }

        CheckAllGone();
    }

    public void LogStatus()
    {
        foreach (var vassal in _vassals.Values)
        {
            _context.Log.Write($"{vassal.Name}: pid {vassal.ProcessId}, {(vassal.IsCursed ? "cursed" : vassal.IsLoyal ? "loyal" : vassal.IsReady ? "ready" : "starting")}, {vassal.Reloads} reloads");
        }
    }

    public void Started(Vassal vassal)
    {
        _context.Log.Write($"{vassal.Name} started, pid {vassal.ProcessId}");
        _reporter.Report(vassal);
    }

    public void Changed(Vassal vassal) => _reporter.Report(vassal);

    public void BecameLoyal(Vassal vassal)
    {
        Blacklist.Remove(vassal.Name);
        _context.Log.Write($"{vassal.Name} is loyal");
        _reporter.Report(vassal);
    }

    public void Ended(Vassal vassal, ChildExit? exit)
    {
        _vassals.Remove(vassal.Name);
        var isExile = exit is { ExitCode: ExileExitCode };
        _context.Log.Write($"{vassal.Name} {Describe(exit)}");
        var entry = !vassal.IsLoyal || isExile ? Condemn(vassal) : null;
        _reporter.ReportEnd(vassal, exit, entry, isGone: true);

        if (_allGone is null)
        {
            _scanner.Want();
        }
        else
        {
            CheckAllGone();
        }
    }

    public TimeSpan Died(Vassal vassal, ChildExit exit, bool isExpected)
    {
        _context.Log.Write($"{vassal.Name} {Describe(exit)}");
        var entry = !vassal.IsLoyal && !isExpected ? Condemn(vassal) : null;
        _reporter.ReportEnd(vassal, exit, entry, isGone: false);
        return Blacklist.DelayOf(vassal.Name, _context.Now);
    }

    public void Place(Vassal vassal, int processId, long? memory, int? cpuWeight, Action<string?> placed) => _reporter.Place(vassal, processId, memory, cpuWeight, placed);

    public void Dispose() => _scanner.Dispose();

    private BlacklistEntry Condemn(Vassal vassal)
    {
        var entry = Blacklist.Add(vassal.Name, _context.Now);
        if (entry.Attempt == 1)
        {
            _context.Log.Write($"{vassal.Name} is blacklisted: it ends before it is loyal");
        }

        return entry;
    }

    private static string Describe(ChildExit? exit) => exit switch
    {
        null => "has stopped waiting",
        { Signal: > 0 } => $"was ended by signal {exit.Value.Signal}",
        _ => $"has exited with {exit.Value.ExitCode}",
    };

    private void Scan()
    {
        if (_allGone is not null || _scanner.Read() is not { } files)
        {
            return;
        }

        WarnOfMany();
        _directory.Clear();
        foreach (var file in files)
        {
            _directory.Add(file.Name);
            if (!_vassals.TryGetValue(file.Name, out var vassal))
            {
                Begin(file);
            }
            else if (file.ModifiedNanoseconds > vassal.File.ModifiedNanoseconds && !vassal.IsCursed)
            {
                _context.Log.Write($"{file.Name} has changed");
                if (_factory.IsStill(vassal, file))
                {
                    vassal.Reload(file);
                }
                else
                {
                    vassal.Stop();
                }
            }
        }

        var now = _context.Now;
        foreach (var vassal in _vassals.Values.ToList())
        {
            if (!_directory.Contains(vassal.Name))
            {
                vassal.Stop();
            }
            else
            {
                vassal.Look(now);
            }
        }

        Blacklist.Prune(_directory, now);
    }

    private void Begin(VassalFile file)
    {
        var delay = Blacklist.DelayOf(file.Name, _context.Now);
        if (delay > TimeSpan.Zero)
        {
            // The next regular look comes at the latest after three seconds; nobody waits longer for it than he must.
            if (delay < VassalScanner.Frequency)
            {
                _context.Loop.After(delay, _scanner.Want);
            }

            return;
        }

        var vassal = _factory.Create(file, this);
        _vassals[file.Name] = vassal;
        if (!vassal.Start())
        {
            Ended(vassal, null);
        }
    }

    private void WarnOfMany()
    {
        if (_scanner.Ignored > 0 && !_warnedOfMany)
        {
            _context.Log.Write($"more than {VassalScanner.MaxVassals} vassal files: {_scanner.Ignored} are ignored");
        }

        _warnedOfMany = _scanner.Ignored > 0;
    }

    private void CheckAllGone()
    {
        if (_vassals.Count == 0 && _allGone is { } gone)
        {
            gone();
        }
    }
}
