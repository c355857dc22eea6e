using Microsoft.Win32.SafeHandles;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Vassals;

/// <summary>A uWSGI instance, led over the socket pair of the Emperor's protocol: one byte, one message.</summary>
internal sealed class UwsgiVassal(VassalFile file, VassalContext context, IVassalWatcher watcher) : Vassal(file, context, watcher)
{
    private const byte StopMessage = 0;
    private const byte ReloadMessage = 1;

    // The child's number of its end; 0 may be the on-demand socket, 1 and 2 are the log.
    private const int ControlNumber = 3;

    private OnDemandSocket? _socket;
    private SafeFileHandle? _control;
    private bool _isGoing;

    public override string Kind => "uwsgi";

    public override bool Start()
    {
        if (OnDemandSocket.AddressFor(Context, FilePath) is not { } address)
        {
            return Launch();
        }

        _socket = OnDemandSocket.Open(Context, address);
        OnDemand = address;
        if (_socket is null)
        {
            return false;
        }

        Await();
        return true;
    }

    public override void Reload(VassalFile file)
    {
        File = file;
        if (ProcessId > 0)
        {
            Reloads++;
            LastRun = Context.Now;
            Send(ReloadMessage);
        }
    }

    public override void Look(DateTimeOffset now)
    {
        // Only who has ever given a heartbeat owes one.
        if (ProcessId > 0 && LastHeartbeat is { } last && now - last > Context.Settings.RequiredHeartbeat)
        {
            Context.Log.Write($"{Name} sent no heartbeat for {(int)(now - last).TotalSeconds} s: killed");
            LastHeartbeat = null;
            Kill();
        }
    }

    protected override void AskToStop()
    {
        // A vassal that has closed its end is led by signals: SIGINT is uWSGI's "stop now".
        if (_control is null)
        {
            ProcessSignals.Send(ProcessId, SupervisorSignals.Interrupt);
        }
        else
        {
            Send(StopMessage);
        }
    }

    protected override void Release()
    {
        CloseControl();
        _socket?.Dispose();
        _socket = null;
    }

    private void Await()
    {
        ProcessId = -1;
        IsReady = IsAccepting = false;
        _socket!.Await(() =>
        {
            if (!Launch())
            {
                Watcher.Ended(this, null);
            }
        });
        Watcher.Changed(this);
    }

    private bool Launch()
    {
        var (ours, theirs) = Pipes.ForControl();
        using var output = ChildOutput.Open(Context);
        using (theirs)
        {
            List<(int, System.Runtime.InteropServices.SafeHandle)> descriptors = [(1, output), (2, output), (ControlNumber, theirs)];
            if (_socket is not null)
            {
                descriptors.Add((0, _socket.Handle));
            }

            var settings = Context.Settings;
            List<string> arguments = ["uwsgi", .. Shortcuts.Arguments(settings, FilePath), VassalFile.OptionOf(Name)!, Name];
            var child = Context.Children.Start(
                new ChildStart
                {
                    Images = [.. new[] { $"{settings.Home}/bin/uwsgi", "/usr/local/bin/uwsgi" }.Concat(settings.UwsgiBinaries).Select(path => new ChildImage(path, arguments))],
                    Environment = [.. Context.BaseEnvironment(), $"UWSGI_EMPEROR_FD={ControlNumber}"],
                    WorkingDirectory = settings.VassalDirectory,
                    Uid = settings.Uid,
                    Gid = settings.Gid,
                    Descriptors = descriptors,
                },
                Exited,
                failure => Context.Log.Write($"{Name} cannot be started: {failure.Step}, errno {failure.Errno}"));
            if (child is null)
            {
                ours.Dispose();
                Release();
                return false;
            }

            _isGoing = false;
            _control = ours;
            ProcessId = child.ProcessId;
            LastRun = Context.Now;
            Context.Loop.Watch(ours, PollEvents.Readable, _ => ReadControl());
            Watcher.Started(this);
            return true;
        }
    }

    private void Exited(ChildExit exit)
    {
        // An on-demand vassal that went by itself, idle, waits for the next connection.
        if (_socket is not null && !IsCursed && (_isGoing || exit.ExitCode == 0))
        {
            ProcessSignals.SendToGroup(exit.ProcessId, SupervisorSignals.Kill);
            CloseControl();
            Await();
            return;
        }

        HasExited(exit);
    }

    private void ReadControl()
    {
        Span<byte> messages = stackalloc byte[64];
        var length = Pipes.Read(_control!, messages);
        if (length == 0 || (length < 0 && length != StreamSocket.WouldBlock))
        {
            // It has ended or closed its end: its death will be seen by the reaper; if it does not die, it is made to.
            CloseControl();
            if (!_isGoing)
            {
                Stop();
            }

            return;
        }

        for (var i = 0; i < length; i++)
        {
            Understand(messages[i]);
        }

        Watcher.Changed(this);
    }

    private void Understand(byte message)
    {
        switch (message)
        {
            case 1:
                IsReady = true;
                LastReady = Context.Now;
                break;
            case 5:
                IsAccepting = true;
                LastAccepting = Context.Now;
                break;
            case 17:
                BecomeLoyal();
                break;
            case 22:
                _isGoing = true;
                break;
            case 26:
                LastHeartbeat = Context.Now;
                break;
            case 30:
                Context.Log.Write($"{Name} asks for reinforcement");
                break;
        }
    }

    private void Send(byte message)
    {
        if (_control is not null)
        {
            _ = Pipes.Write(_control, [message]);
        }
    }

    private void CloseControl()
    {
        if (_control is not null)
        {
            Context.Loop.Unwatch(_control);
            _control.Dispose();
            _control = null;
        }
    }
}
