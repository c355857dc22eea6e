using System.Diagnostics;
using UwsgiIt.Linux.Networking;

namespace UwsgiIt.NetworkLab;

/// <summary>Runs programs, in a namespace where one is given: a child is born in its parent thread's.</summary>
public static class Command
{
    /// <summary>Runs to the end and returns what it printed. Throws when it fails or takes longer than <paramref name="seconds"/>.</summary>
    public static string Run(NetworkNamespace? space, string file, params IEnumerable<string> arguments) => Run(space, 60, null, file, arguments);

    /// <summary>As the other, with a limit of time and a text for its standard input.</summary>
    public static string Run(NetworkNamespace? space, int seconds, string? input, string file, params IEnumerable<string> arguments)
    {
        using var process = Start(space, file, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} {string.Join(' ', arguments)} has not ended in {seconds} s.");
        }

        return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)}: {process.ExitCode}: {errors.GetAwaiter().GetResult()}{output.GetAwaiter().GetResult()}");
    }

    /// <summary>Runs <c>ip</c> with a line of arguments.</summary>
    public static string Ip(NetworkNamespace? space, string line) => Run(space, "ip", line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Starts it, all streams redirected; the caller ends it.</summary>
    public static Process Start(NetworkNamespace? space, string file, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        return (space is null ? Process.Start(start) : space.Run(() => Process.Start(start)))!;
    }
}
