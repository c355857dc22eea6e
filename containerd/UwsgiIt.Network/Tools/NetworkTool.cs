using System.Diagnostics;
using UwsgiIt.Linux.Networking;

namespace UwsgiIt.Network.Tools;

/// <summary>Runs the system's network tools, in a namespace where one is given: a child is born in its parent thread's.</summary>
public static class NetworkTool
{
    private static readonly string[] s_folders = ["/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"];
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Its path, wherever the system keeps it; null when it is not installed.</summary>
    public static string? Find(string name) => s_folders.Select(folder => folder + name).FirstOrDefault(File.Exists);

    /// <summary>Runs one to its end, by path, with a text for its standard input, and returns what it printed. Throws <see cref="IOException"/> with the tool's own words.</summary>
    public static string Run(NetworkNamespace? space, string path, string? input, params IEnumerable<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(path);
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = (space is null ? Process.Start(start) : space.Run(() => Process.Start(start)))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var name = Path.GetFileName(path);
        if (!process.WaitForExit(Deadline))
        {
            process.Kill();
            throw new IOException($"{name} has not ended within {Deadline.TotalSeconds} s.");
        }

        return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : throw new IOException($"{name}: {errors.GetAwaiter().GetResult().Trim()}");
    }
}
