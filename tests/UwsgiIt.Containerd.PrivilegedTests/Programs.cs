using System.Diagnostics;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>What the tests start: programs that tests/run has published, or that are published here when somebody runs the project alone; a distro.</summary>
internal static class Programs
{
    private static readonly Lazy<string> LazyEmperor = new(() => Publish("containerd/UwsgiIt.Emperor", "uwsgiit-emperor"));
    private static readonly Lazy<string> LazyRelay = new(() => Publish("containerd/UwsgiIt.Relay", "uwsgiit-relay"));
    private static readonly Lazy<string> LazyDistros = new(() => Path.GetDirectoryName(MakeDistro("debian-12"))!);
    private static readonly Lazy<string> LazyLanguages = new(() => MakeDistro("debian-12-languages"));
    private static readonly Lazy<string> Lazy32Bit = new(() => MakeDistro("debian-12-i386"));

    /// <summary>The native pid 1.</summary>
    public static string Emperor => LazyEmperor.Value;

    /// <summary>The native relay, as sshd starts it.</summary>
    public static string Relay => LazyRelay.Value;

    /// <summary>Directory that has debian-12.</summary>
    public static string Distros => LazyDistros.Value;

    /// <summary>The distro with what languages and file transfers need, once it is there.</summary>
    public static string LanguageDistro => Path.GetFileName(LazyLanguages.Value);

    /// <summary>The distro of i386 programs, once it is there.</summary>
    public static string Distro32Bit => Path.GetFileName(Lazy32Bit.Value);

    /// <summary>One of ours that runs on the shared framework.</summary>
    public static string Assembly(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    private static string Publish(string project, string name)
    {
        var folder = Path.Combine(Captures.SourceRoot, project);
        var program = new FileInfo(Path.Combine(folder, "bin/Release/net10.0/linux-x64/publish", name));
        var newest = Directory.EnumerateFiles(Path.Combine(Captures.SourceRoot, "containerd"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal))
            .Max(File.GetLastWriteTimeUtc);
        if (!program.Exists || program.LastWriteTimeUtc < newest)
        {
            Run("dotnet", "publish", folder, "-c", "Release", "-r", "linux-x64", "-v", "quiet", "--nologo");
            File.SetLastWriteTimeUtc(program.FullName, DateTime.UtcNow);
        }

        return program.FullName;
    }

    private static string MakeDistro(string name)
    {
        var folder = Environment.GetEnvironmentVariable("UWSGIIT_TEST_DISTROS") is { Length: > 0 } named ? named : "/var/cache/uwsgiit-tests/distros";
        Run(Path.Combine(Captures.SourceRoot, "tests", "distro"), folder, name);
        return Path.Combine(folder, name);
    }

    private static void Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)}: {output}{error.Result}");
        }
    }
}
