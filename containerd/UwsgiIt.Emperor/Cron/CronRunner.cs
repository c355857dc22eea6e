using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Cron;

/// <summary>
/// Runs the lines of one vassal. It looks at the beginning of every minute; a minute that was missed is lost, and none is run twice. Runs live
/// on when the vassal ends, as the customer's own cron would have it; a limit ends them.
/// </summary>
internal sealed class CronRunner(VassalContext context, string vassal, IReadOnlyList<CronLine> lines, Func<TimeZoneInfo> zone)
{
    /// <summary>Most runs at a time of one line that is not unique; ours, arbitrary, may grow.</summary>
    private const int MaxRuns = 32;

    private readonly Dictionary<CronLine, int> _runs = new(ReferenceEqualityComparer.Instance);
    private LoopTimer? _timer;
    private long _lastMinute = -1;

    public void Start()
    {
        if (lines.Count > 0)
        {
            ScheduleNext();
        }
    }

    public void Stop() => _timer?.Cancel();

    private void ScheduleNext()
    {
        var now = context.Now;
        _timer = context.Loop.After(TimeSpan.FromTicks(TimeSpan.TicksPerMinute - (now.Ticks % TimeSpan.TicksPerMinute)), () =>
        {
            Look();
            ScheduleNext();
        });
    }

    private void Look()
    {
        var now = context.Now;
        var minute = now.Ticks / TimeSpan.TicksPerMinute;
        if (minute == _lastMinute)
        {
            return;
        }

        _lastMinute = minute;
        var local = TimeZoneInfo.ConvertTime(now, zone()).DateTime;
        foreach (var line in lines.Where(line => line.Matches(local)))
        {
            Run(line);
        }
    }

    private void Run(CronLine line)
    {
        var running = _runs.GetValueOrDefault(line);
        if (running >= (line.IsUnique ? 1 : MaxRuns))
        {
            if (!line.IsUnique)
            {
                context.Log.Write($"{vassal}: {MaxRuns} runs of '{line.Command}' live still: skipped");
            }

            return;
        }

        using var output = ChildOutput.Open(context);
        var settings = context.Settings;
        LoopTimer? harakiri = null;
        var child = context.Children.Start(
            new ChildStart
            {
                Images = [new ChildImage("/bin/sh", ["sh", "-c", line.Command])],
                Environment = context.BaseEnvironment(),
                WorkingDirectory = settings.Home,
                Uid = settings.Uid,
                Gid = settings.Gid,
                Descriptors = [(1, output), (2, output)],
            },
            exit =>
            {
                harakiri?.Cancel();
                _runs[line]--;
                if (exit.ExitCode != 0)
                {
                    context.Log.Write($"{vassal}: '{line.Command}' ended with {(exit.Signal > 0 ? $"signal {exit.Signal}" : exit.ExitCode)}");
                }
            });
        if (child is null)
        {
            return;
        }

        _runs[line] = running + 1;
        if (line.Harakiri is { } limit)
        {
            harakiri = context.Loop.After(limit, () => ProcessSignals.SendToGroup(child.ProcessId, SupervisorSignals.Kill));
        }
    }
}
