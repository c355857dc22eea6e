using System.Diagnostics;
using System.Globalization;
using UwsgiIt.Linux.Networking;

namespace UwsgiIt.NetworkLab;

/// <summary>A stream of iperf3 between two namespaces whose receiver tells ten times a second what came.</summary>
public sealed class RunningStream : IDisposable
{
    /// <summary>What a pause is counted in.</summary>
    public const double Interval = 0.1;

    private readonly Process _server;
    private readonly Process _client;
    private int _silent;

    /// <summary>Starts it for at most so many seconds.</summary>
    public RunningStream(NetworkNamespace from, NetworkNamespace to, string address, int seconds)
    {
        _server = Command.Start(to, "iperf3", "-s", "-1", "-i", "0.1", "--forceflush");
        while (!(_server.StandardOutput.ReadLine() ?? throw new InvalidOperationException("iperf3 does not listen.")).Contains("listening", StringComparison.Ordinal))
        {
        }

        _client = Command.Start(from, "iperf3", "-c", address, "-t", $"{seconds}", "-i", "0");
    }

    /// <summary>Waits until data comes; the seconds in which none did before that.</summary>
    public double AwaitData()
    {
        while (!Read())
        {
            _silent++;
        }

        var seconds = _silent * Interval;
        _silent = 0;
        return seconds;
    }

    /// <summary>Waits until none comes, or for at most so many intervals: what waits in the devices comes yet.</summary>
    public void AwaitSilence(int intervals)
    {
        for (; intervals > 0 && _silent == 0; intervals--)
        {
            _silent = Read() ? 0 : 1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var process in new[] { _client, _server })
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.WaitForExit();
            process.Dispose();
        }
    }

    // [  5]   0.10-0.20   sec   112 MBytes  9.38 Gbits/sec
    private bool Read()
    {
        while (_server.StandardOutput.ReadLine() is { } line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var at = Array.IndexOf(words, "sec");
            if (at > 0 && at + 1 < words.Length && double.TryParse(words[at + 1], CultureInfo.InvariantCulture, out var amount))
            {
                return amount > 0;
            }
        }

        throw new InvalidOperationException("The stream has ended.");
    }
}
