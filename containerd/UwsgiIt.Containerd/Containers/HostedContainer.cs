using System.Threading.Channels;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Containers;

/// <summary>
/// One container of this host: what it shall be, what it is, and the one task that brings the second to the first. Others change wishes and wake
/// the task; only the task acts.
/// </summary>
internal sealed partial class HostedContainer(uint uid, ContainerActions actions, EventLog events, TimeProvider time, ILogger<HostedContainer> logger)
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _wishes = new();

    // Guarded by _wishes.
    private ContainerDefinition? _wanted;
    private bool _held;
    private int _restarts;

    private int _restartsDone;
    private int _failures;
    private DateTimeOffset _notBefore;

    public uint Uid { get; } = uid;

    public ContainerPhase Phase { get; private set; } = ContainerPhase.Stopped;

    public RunningContainer? Running { get; private set; }

    /// <summary>Why it is not running, when it should be.</summary>
    public string? Fault { get; private set; }

    /// <summary>Times it was started by this daemon.</summary>
    public int Starts { get; private set; }

    public ContainerDefinition? Wanted
    {
        get
        {
            lock (_wishes)
            {
                return _wanted;
            }
        }
    }

    /// <summary>True while an operator keeps it stopped.</summary>
    public bool Held
    {
        get
        {
            lock (_wishes)
            {
                return _held;
            }
        }
    }

    /// <summary>Null removes it.</summary>
    public void Want(ContainerDefinition? definition)
    {
        lock (_wishes)
        {
            _wanted = definition;
        }

        // A new wish deserves a try at once.
        _notBefore = default;
        Wake();
    }

    public void Hold(bool held)
    {
        lock (_wishes)
        {
            _held = held;
        }

        _notBefore = default;
        Wake();
    }

    public void Restart()
    {
        lock (_wishes)
        {
            _restarts++;
        }

        _notBefore = default;
        Wake();
    }

    /// <summary>Takes over a container that an earlier daemon started. Before <see cref="RunAsync"/>.</summary>
    public void Adopt(RunningContainer running)
    {
        Running = running;
        Phase = ContainerPhase.Running;
        events.Add(Uid, "adopted", $"pid {running.Process.ProcessId}");
    }

    /// <summary>Works until the container is removed or the daemon stops; the container itself lives on after the latter.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!await StepAsync(stopping))
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // One container's trouble is its own: it is written down, and tried again later.
                Fail(e.Message);
                Log.StepFailed(logger, e, Uid);
                await PauseAsync(stopping);
            }
        }
    }

    /// <summary>After a step that threw: not at once again, unless there is a new wish or an end to deal with.</summary>
    private async Task PauseAsync(CancellationToken stopping)
    {
        try
        {
            await SleepAsync(Running is { Exit.IsCompleted: false } running ? running.Exit : null, _notBefore - time.GetUtcNow(), stopping);
        }
        catch (OperationCanceledException)
        {
            // The loop's own condition ends it.
        }
    }

    private async Task<bool> StepAsync(CancellationToken stopping)
    {
        var (wanted, held, restarts) = Wishes();
        if (Running is { } running)
        {
            if (running.Exit.IsCompleted)
            {
                await EndedAsync(running, stopping);
            }
            else if (wanted is null || held || !wanted.Enabled || restarts != _restartsDone || DefinitionChanges.NeedRestart(running.Record.Definition, wanted))
            {
                _restartsDone = restarts;
                await StopAsync(running, stopping);
            }
            else
            {
                if (!DefinitionChanges.AreNone(running.Record.Definition, wanted))
                {
                    Running = actions.ApplyLimits(running, wanted);
                    Fault = null;
                    events.Add(Uid, "limits", "changed");
                }

                await SleepAsync(running.Exit, null, stopping);
            }

            return true;
        }

        if (wanted is null)
        {
            await actions.ForgetAsync(Uid, stopping);
            return false;
        }

        _restartsDone = restarts;
        if (held || !wanted.Enabled)
        {
            Phase = ContainerPhase.Stopped;
            Fault = null;
            await SleepAsync(null, null, stopping);
        }
        else if (_notBefore is var until && until > time.GetUtcNow())
        {
            await SleepAsync(null, until - time.GetUtcNow(), stopping);
        }
        else
        {
            await StartAsync(wanted, stopping);
        }

        return true;
    }

    private async Task StartAsync(ContainerDefinition wanted, CancellationToken stopping)
    {
        Phase = ContainerPhase.Starting;
        try
        {
            Running = await actions.StartAsync(wanted, stopping);
            Phase = ContainerPhase.Running;
            Fault = null;
            Starts++;
            events.Add(Uid, "started", $"pid {Running.Process.ProcessId}");
            Log.Started(logger, Uid, wanted.Name, Running.Process.ProcessId);
        }
        catch (IOException e)
        {
            Fail(e.Message);
            Log.NotStarted(logger, Uid, e.Message);
        }
    }

    private async Task StopAsync(RunningContainer running, CancellationToken stopping)
    {
        Phase = ContainerPhase.Stopping;
        var polite = await actions.StopAsync(running, stopping);
        Running = null;
        Phase = ContainerPhase.Stopped;
        _failures = 0;
        events.Add(Uid, "stopped", polite ? "by itself" : "killed");
        Log.Stopped(logger, Uid, polite);
    }

    private async Task EndedAsync(RunningContainer running, CancellationToken stopping)
    {
        var code = await running.Exit;
        Running = null;

        // What ran for long does not wait for what went wrong before that.
        _failures = time.GetUtcNow() - running.Record.Started > actions.MaxBackOff ? 0 : _failures;
        Fail(code is null ? "pid 1 ended" : $"pid 1 ended with {code}");
        Log.Ended(logger, Uid, code ?? -1);
        await actions.CleanUpAsync(running, stopping);
    }

    private void Fail(string reason)
    {
        Fault = reason;
        Phase = Running is null ? ContainerPhase.Failed : Phase;
        _notBefore = time.GetUtcNow() + actions.BackOff(_failures++);
        events.Add(Uid, "failed", reason);
    }

    private (ContainerDefinition? Wanted, bool Held, int Restarts) Wishes()
    {
        lock (_wishes)
        {
            return (_wanted, _held, _restarts);
        }
    }

    private async Task SleepAsync(Task? exit, TimeSpan? pauseTime, CancellationToken stopping)
    {
        using var waking = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var woken = _wake.Reader.WaitToReadAsync(waking.Token).AsTask();
        var pause = pauseTime is { } span ? Task.Delay(span > TimeSpan.Zero ? span : TimeSpan.Zero, time, waking.Token) : Task.Delay(Timeout.InfiniteTimeSpan, waking.Token);
        await Task.WhenAny(exit is null ? [woken, pause] : [woken, pause, exit]);
        await waking.CancelAsync();
        _wake.Reader.TryRead(out _);
        stopping.ThrowIfCancellationRequested();
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.ContainerStarted, LogLevel.Information, "Container {Uid} ({Name}) runs as process {ProcessId}.")]
        public static partial void Started(ILogger logger, uint uid, string name, int processId);

        [LoggerMessage(ContainerdEventIds.ContainerNotStarted, LogLevel.Warning, "Container {Uid} was not started: {Reason}")]
        public static partial void NotStarted(ILogger logger, uint uid, string reason);

        [LoggerMessage(ContainerdEventIds.ContainerStopped, LogLevel.Information, "Container {Uid} stopped, by itself: {Polite}.")]
        public static partial void Stopped(ILogger logger, uint uid, bool polite);

        [LoggerMessage(ContainerdEventIds.ContainerEnded, LogLevel.Warning, "Container {Uid} ended unasked, exit code {Code}.")]
        public static partial void Ended(ILogger logger, uint uid, int code);

        [LoggerMessage(ContainerdEventIds.ContainerStepFailed, LogLevel.Error, "Container {Uid}: a step failed.")]
        public static partial void StepFailed(ILogger logger, Exception exception, uint uid);
    }
}
