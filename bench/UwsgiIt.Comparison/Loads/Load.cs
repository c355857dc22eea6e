using System.Diagnostics;
using System.Globalization;

namespace UwsgiIt.Comparison.Loads;

/// <summary>A way to put a subject under load, as fast as it answers.</summary>
internal abstract record Load
{
    public abstract Task<Seen> RunAsync(Ground ground, Entrant entrant, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Runs a witness and gives what it wrote.</summary>
    protected static async Task<string> OutputAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await using var ends = cancellationToken.Register(process.Kill);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} failed: {await errors}");
    }

    /// <summary>Whole seconds, as the witnesses want them.</summary>
    protected static string Seconds(TimeSpan time) => Math.Max(1, (int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    protected static string Url(Entrant entrant, string path) => $"{(entrant.Tls ? "https" : "http")}://127.0.0.1:{entrant.Port}{path}";
}
