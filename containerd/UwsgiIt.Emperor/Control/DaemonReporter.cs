using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Emperor.Vassals;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Control;

/// <summary>Tells the daemon what vassals do and asks it for what only it may: cgroups of their own.</summary>
internal sealed class DaemonReporter : IDisposable
{
    /// <summary>Ends before being loyal that make a crash loop; ours, some fifteen seconds by the blacklist's delays.</summary>
    public const int CrashLoopAttempts = 5;

    private static readonly TimeSpan SlowestAnswer = TimeSpan.FromSeconds(20);

    private readonly VassalContext _context;
    private readonly ControlChannel _channel;
    private readonly Dictionary<long, Action<string?>> _requests = [];
    private readonly Dictionary<string, string> _states = [];
    private long _lastRequest;
    private Func<IReadOnlyCollection<Vassal>> _vassals = static () => [];

    public DaemonReporter(VassalContext context)
    {
        _context = context;
        _channel = new ControlChannel(context) { Connected = Greet, Received = Understand, Lost = ForgetRequests };
    }

    /// <summary>Where the states come from.</summary>
    public void Follow(Func<IReadOnlyCollection<Vassal>> vassals) => _vassals = vassals;

    /// <summary>Tells a vassal's state if it is another than last time.</summary>
    public void Report(Vassal vassal)
    {
        var state = StateOf(vassal);
        if (_states.GetValueOrDefault(vassal.Name) != $"{state} {vassal.ProcessId}")
        {
            _states[vassal.Name] = $"{state} {vassal.ProcessId}";
            _channel.Send(new EmperorMessage { Type = "vassal", Name = vassal.Name, State = state, Pid = vassal.ProcessId });
        }
    }

    /// <summary>Tells that a process is gone, and whether its vassal is still there.</summary>
    public void ReportEnd(Vassal vassal, ChildExit? exit, BlacklistEntry? entry, bool isGone)
    {
        if (exit is { } end)
        {
            _channel.Send(new EmperorMessage { Type = "ended", Name = vassal.Name, Pid = end.ProcessId, Code = end.Signal > 0 ? null : end.ExitCode, Signal = end.Signal > 0 ? end.Signal : null });
        }

        if (entry is { Attempt: CrashLoopAttempts })
        {
            _context.Log.Write($"{vassal.Name} is in a crash loop");
            _channel.Send(new EmperorMessage { Type = "crash-loop", Name = vassal.Name, Attempts = entry.Attempt });
        }

        if (isGone && _states.Remove(vassal.Name))
        {
            _channel.Send(new EmperorMessage { Type = "vassal", Name = vassal.Name, State = "gone" });
        }
    }

    /// <summary>Asks for a cgroup for this process; calls back with null once it is in it.</summary>
    public void Place(Vassal vassal, int processId, long? memory, int? cpuWeight, Action<string?> placed)
    {
        if (!_channel.IsConnected)
        {
            placed("there is no daemon to ask");
            return;
        }

        var request = ++_lastRequest;
        _requests[request] = placed;
        _context.Loop.After(SlowestAnswer, () => Answer(request, "the daemon does not answer"));
        _channel.Send(new EmperorMessage { Type = "place", Name = vassal.Name, Pid = processId, Memory = memory, CpuWeight = cpuWeight, Request = request });
    }

    public void Dispose() => _channel.Dispose();

    private static string StateOf(Vassal vassal) => vassal switch
    {
        { IsCursed: true } => "cursed",
        { ProcessId: -1 } => "waiting",
        { ProcessId: 0 } => "idle",
        { IsLoyal: true } => "loyal",
        { IsAccepting: true } => "accepting",
        { IsReady: true } => "ready",
        _ => "starting",
    };

    private void Greet()
    {
        _states.Clear();
        _channel.Send(new EmperorMessage { Type = "hello", Pid = Environment.ProcessId });
        foreach (var vassal in _vassals())
        {
            Report(vassal);
        }
    }

    private void Understand(EmperorMessage message)
    {
        switch (message.Type)
        {
            case "placed" when message.Request is { } request:
                Answer(request, message.Fault);
                break;
            case "say" when message.Text is { } text:
                _context.Log.Write(text);
                break;
            case "broadcast" when message.Text is { } text:
                OpenTerminals.Write(text, _context.Settings);
                break;
        }
    }

    private void Answer(long request, string? fault)
    {
        if (_requests.Remove(request, out var placed))
        {
            placed(fault);
        }
    }

    private void ForgetRequests()
    {
        foreach (var request in _requests.Keys.ToList())
        {
            Answer(request, "the daemon has gone");
        }
    }
}
