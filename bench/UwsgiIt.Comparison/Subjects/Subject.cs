using UwsgiIt.Comparison.Scenarios;

namespace UwsgiIt.Comparison.Subjects;

/// <summary>A proxy under comparison: how it is started for a scenario, with as many threads or workers as there are cores.</summary>
internal abstract class Subject
{
    public abstract string Name { get; }

    public static IReadOnlyList<Subject> All { get; } = [new Nginx(), new HaProxy(), new Uwsgi(), new Caddy(), new StockYarp(), new Ours("ours", "Epoll"), new Ours("ours-ring", "IoUring"), new Ours("ours-sockets", "Sockets")];

    /// <summary>True for programs that were compiled before they run.</summary>
    public virtual bool IsNative => true;

    /// <summary>Most client connections it takes with the open files there are.</summary>
    public virtual int MaxConnections => int.MaxValue;

    /// <summary>Its version, for the record; null when nobody can tell.</summary>
    public virtual string? Version => null;

    /// <summary>False where it has no such protocol, or nothing that could be compared.</summary>
    public virtual bool Can(Scenario scenario) => scenario.Upstream == Upstream.Http;

    /// <summary>Starts it; it need not listen yet.</summary>
    public abstract ProcessTree Start(Ground ground, Scenario scenario, int port);

    /// <summary>What is left to do once it listens.</summary>
    public virtual Task ReadyAsync(Ground ground, Scenario scenario, int port) => Task.CompletedTask;

    protected string Write(Ground ground, Scenario scenario, string extension, string text)
    {
        var file = ground.File($"{Name}-{scenario.Name}{extension}");
        File.WriteAllText(file, text);
        return file;
    }

    protected string Log(Ground ground) => ground.File(Name + ".log");

    /// <summary>The first line that a program says of its version.</summary>
    protected static string? FirstLine(string program, string argument)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", $"{program} {argument} 2>&1"]) { RedirectStandardOutput = true })!;
        var line = process.StandardOutput.ReadToEnd().Split('\n')[0].Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? line : null;
    }
}
