using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Vassals;

/// <summary>A supervised program and what is known of it. One object lives from a start to the end of that process; times are for the stats.</summary>
internal abstract class Vassal(VassalFile file, VassalContext context, IVassalWatcher watcher)
{
    private LoopTimer? _execution;

    public VassalFile File { get; protected set; } = file;

    public string Name => File.Name;

    /// <summary>Pid, 0 before the start, -1 waiting for a first connection.</summary>
    public int ProcessId { get; protected set; }

    public DateTimeOffset Born { get; } = context.Now;

    public DateTimeOffset LastRun { get; protected set; } = context.Now;

    public DateTimeOffset? LastReady { get; protected set; }

    public DateTimeOffset? LastAccepting { get; protected set; }

    public DateTimeOffset? LastLoyal { get; protected set; }

    public DateTimeOffset? LastHeartbeat { get; protected set; }

    public DateTimeOffset? CursedSince { get; private set; }

    public bool IsReady { get; protected set; }

    public bool IsAccepting { get; protected set; }

    public bool IsLoyal { get; private set; }

    public bool IsCursed => CursedSince is not null;

    /// <summary>Reloads by a change of the file.</summary>
    public int Reloads { get; protected set; }

    /// <summary>The socket it waits on for its first connection, or null.</summary>
    public string? OnDemand { get; protected set; }

    /// <summary>What the stats call it: uwsgi or program.</summary>
    public abstract string Kind { get; }

    protected VassalContext Context { get; } = context;

    protected IVassalWatcher Watcher { get; } = watcher;

    protected string FilePath => Path.Combine(Context.Settings.VassalDirectory, Name);

    /// <summary>Starts it, or the wait for a first connection. False when that could not even be tried.</summary>
    public abstract bool Start();

    /// <summary>The file has changed.</summary>
    public abstract void Reload(VassalFile file);

    /// <summary>Asks it to end; it is killed after the mercy of the settings.</summary>
    public void Stop()
    {
        if (IsCursed)
        {
            return;
        }

        CursedSince = Context.Now;
        if (ProcessId > 0)
        {
            AskToStop();
            StartExecution();
            Watcher.Changed(this);
        }
        else
        {
            Release();
            Watcher.Ended(this, null);
        }
    }

    /// <summary>Kills what there is of it, workers too.</summary>
    public void Kill()
    {
        if (ProcessId > 0)
        {
            ProcessSignals.SendToGroup(ProcessId, SupervisorSignals.Kill);
            ProcessSignals.Send(ProcessId, SupervisorSignals.Kill);
        }
    }

    /// <summary>Called every few seconds.</summary>
    public virtual void Look(DateTimeOffset now)
    {
    }

    protected virtual TimeSpan StopTimeout => Context.Settings.Mercy;

    protected abstract void AskToStop();

    /// <summary>Closes what it holds.</summary>
    protected virtual void Release()
    {
    }

    protected void BecomeLoyal()
    {
        LastLoyal = Context.Now;
        if (!IsLoyal)
        {
            IsLoyal = true;
            Watcher.BecameLoyal(this);
        }
    }

    /// <summary>A new process has to prove itself anew.</summary>
    protected void BecomeStranger() => IsLoyal = false;

    /// <summary>It is killed unless <see cref="StopExecution"/> comes before the stop timeout is over.</summary>
    protected void StartExecution()
    {
        _execution?.Cancel();
        _execution = Context.Loop.After(StopTimeout, Execute);
    }

    protected void StopExecution() => _execution?.Cancel();

    /// <summary>The process is gone.</summary>
    protected void HasExited(ChildExit exit)
    {
        // Workers that outlive their master would keep its sockets and make the next start fail.
        ProcessSignals.SendToGroup(exit.ProcessId, SupervisorSignals.Kill);
        StopExecution();
        ProcessId = 0;
        Release();
        Watcher.Ended(this, exit);
    }

    private void Execute()
    {
        Context.Log.Write($"{Name} does not stop: killed");
        Kill();
        _execution = Context.Loop.After(Context.Settings.Mercy, Execute);
    }
}
