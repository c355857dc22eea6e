using System.Diagnostics;
using System.Runtime.InteropServices;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Cli;

/// <summary>How long to announce: once, as an unsubscribe, until a signal, or while a program lives.</summary>
internal sealed record AnnounceMode(bool Once, bool Unsubscribe, TimeSpan Frequency, string[] Program);

/// <summary>Sends announces for as long as wanted and takes the address back at the end.</summary>
internal static class Announcer
{
    private const int Unavailable = 69;

    public static async Task<int> RunAsync(Announcement announcement, AnnounceMode mode, CancellationToken cancellationToken)
    {
        if (mode.Once || mode.Unsubscribe)
        {
            return Send(announcement, mode.Unsubscribe ? SubscriptionCommand.Unsubscribe : SubscriptionCommand.Subscribe) ? 0 : Unavailable;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var program = mode.Program.Length > 0 ? Process.Start(new ProcessStartInfo(mode.Program[0], mode.Program[1..])) : null;
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, program, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, program, stop));
        var ended = program?.WaitForExitAsync(CancellationToken.None) ?? Task.Delay(Timeout.Infinite, stop.Token);
        while (!ended.IsCompleted)
        {
            Send(announcement, SubscriptionCommand.Subscribe);
            await Task.WhenAny(ended, Task.Delay(mode.Frequency, stop.Token));
            if (stop.IsCancellationRequested)
            {
                break;
            }
        }

        Send(announcement, SubscriptionCommand.Unsubscribe);
        if (program is null)
        {
            return 0;
        }

        await program.WaitForExitAsync(CancellationToken.None);
        return program.ExitCode;
    }

    /// <summary>The address is taken back first, then the program ends: no request is sent to a program that is leaving.</summary>
    private static void Stop(PosixSignalContext context, Process? program, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
        if (program is { HasExited: false })
        {
            _ = Tmds.Linux.LibC.kill(program.Id, context.Signal == PosixSignal.SIGINT ? Tmds.Linux.LibC.SIGINT : Tmds.Linux.LibC.SIGTERM);
        }
    }

    private static bool Send(Announcement announcement, SubscriptionCommand command)
    {
        var sent = announcement.TrySend(command);
        if (!sent)
        {
            Console.Error.WriteLine($"uwsgiit announce: {announcement.Server} does not take the packet; is the router running?");
        }

        return sent;
    }
}
