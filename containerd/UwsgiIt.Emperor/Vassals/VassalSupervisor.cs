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
    private readonly VassalScanner _scanner;
    private readonly Dictionary<string, Vassal> _vassals = [];
    private readonly HashSet<string> _directory = [];
    private Action? _allGone;
    private bool _warnedOfMany;

    public VassalSupervisor(VassalContext context)
    {
        _context = context;
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

    public void Started(Vassal vassal) => _context.Log.Write($"{vassal.Name} started, pid {vassal.ProcessId}");

    public void BecameLoyal(Vassal vassal)
    {
        Blacklist.Remove(vassal.Name);
        _context.Log.Write($"{vassal.Name} is loyal");
    }

    public void Ended(Vassal vassal, ChildExit? exit)
    {
        _vassals.Remove(vassal.Name);
        var isExile = exit is { ExitCode: ExileExitCode };
        _context.Log.Write($"{vassal.Name} {Describe(exit)}");
        if (!vassal.IsLoyal || isExile)
        {
            var entry = Blacklist.Add(vassal.Name, _context.Now);
            if (entry.Attempt == 1)
            {
                _context.Log.Write($"{vassal.Name} is blacklisted: it ends before it is loyal");
            }
        }

        if (_allGone is null)
        {
            _scanner.Want();
        }
        else
        {
            CheckAllGone();
        }
    }

    public void Dispose() => _scanner.Dispose();

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
                vassal.Reload(file);
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

        var vassal = VassalFactory.Create(file, _context, this);
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
