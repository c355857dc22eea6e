using System.Diagnostics;
using System.Text;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>A process of the test's own, in a process group of its own, ended with it; its output is kept for failures.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly StringBuilder _output = new();

    public ChildProcess(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // setsid, so that workers go with their master.
        var start = new ProcessStartInfo("setsid", ["--wait", file, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        Process = Process.Start(start)!;
        Process.StandardInput.Close();
        Process.OutputDataReceived += (_, line) => Append(line.Data);
        Process.ErrorDataReceived += (_, line) => Append(line.Data);
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    public Process Process { get; }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>The program's own process: the child of setsid, or setsid itself where it did not fork.</summary>
    public int ProgramId
    {
        get
        {
            var children = File.ReadAllText($"/proc/{Process.Id}/task/{Process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return File.ReadAllText($"/proc/{Process.Id}/comm").Trim() == "setsid" && children.Length > 0 ? int.Parse(children[0], System.Globalization.CultureInfo.InvariantCulture) : Process.Id;
        }
    }

    public void Signal(string name, bool wholeGroup = false)
    {
        if (Process.HasExited)
        {
            return;
        }

        int id;
        try
        {
            id = ProgramId;
        }
        catch (IOException)
        {
            // It ended as we looked for it.
            return;
        }

        using var kill = Process.Start("kill", ["-s", name, "--", wholeGroup ? $"-{id}" : $"{id}"]);
        kill.WaitForExit();
    }

    public async Task<int> WaitAsync(int seconds = 20)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        await Process.WaitForExitAsync(deadline.Token);
        return Process.ExitCode;
    }

    public void Dispose()
    {
        Signal("KILL", wholeGroup: true);
        Process.WaitForExit(TimeSpan.FromSeconds(10));
        Process.Dispose();
    }

    private void Append(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
