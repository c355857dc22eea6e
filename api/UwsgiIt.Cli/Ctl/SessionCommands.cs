using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace UwsgiIt.Cli.Ctl;

/// <summary>Into a container: the relay does it, the same that ssh uses.</summary>
internal static class SessionCommands
{
    public static Command Execute(Option<string> runtime)
    {
        var (uid, terminal) = Arguments();
        var program = new Argument<string[]>("program") { Description = "After --: the program and its arguments.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("exec", "Run a program in a container, as its customer.") { uid, terminal, program };
        command.SetAction(parsed => Relay(parsed.GetValue(runtime)!, [Text(parsed.GetValue(uid)), .. parsed.GetValue(terminal) ? ["--tty"] : Array.Empty<string>(), "--", .. parsed.GetValue(program)!]));
        return command;
    }

    public static Command Enter(Option<string> runtime)
    {
        var (uid, _) = Arguments();
        var command = new Command("enter", "A login shell in a container, as its customer.") { uid };
        command.SetAction(parsed => Relay(parsed.GetValue(runtime)!, [Text(parsed.GetValue(uid))]));
        return command;
    }

    private static (Argument<uint> Uid, Option<bool> Terminal) Arguments() =>
        (new Argument<uint>("uid") { Description = "The container's uid." }, new Option<bool>("--tty", "-t") { Description = "With a terminal." });

    private static string Text(uint uid) => uid.ToString(CultureInfo.InvariantCulture);

    private static int Relay(string runtimeDirectory, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("UWSGIIT_RELAY") ?? Path.Combine(AppContext.BaseDirectory, "uwsgiit-relay"), ["session", .. arguments]);
        start.Environment["UWSGIIT_RUNTIME_DIRECTORY"] = runtimeDirectory;
        try
        {
            // Its signals are the terminal's: they reach the relay, and we wait for it.
            using var ignore = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, static context => context.Cancel = true);
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Console.Error.WriteLine($"uwsgiit ctl: {start.FileName}: {e.Message}");
            return 69;
        }
    }
}
