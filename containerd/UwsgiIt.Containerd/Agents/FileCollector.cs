using System.Text;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;

namespace UwsgiIt.Containerd.Agents;

/// <summary>Sends files of the host that the api asks for, and this host's own list allows, whenever they have changed.</summary>
internal sealed partial class FileCollector(IOptions<AgentOptions> agent, IOptions<CollectorOptions> options, TimeProvider time, ILogger<FileCollector> logger) : BackgroundService
{
    // As the api stores a text.
    private const int MaxBytes = 65_536;
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, string> _sent = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<string> _asked = [];

    /// <summary>What the api asks for, from now on.</summary>
    public void Ask(IReadOnlyList<string> files) => _asked = files;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (agent.Value.Api is null || options.Value.Files.Count == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.Interval < Round ? options.Value.Interval : Round, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var file in options.Value.Files.Intersect(_asked))
            {
                await SendAsync(file, stoppingToken);
            }
        }
    }

    private async Task SendAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var text = await ReadAsync(file, cancellationToken);
            if (_sent.GetValueOrDefault(file) == text)
            {
                return;
            }

            using var client = agent.Value.Connect();
            await client.PostFileAsync(new HostFile { File = file, Value = text }, cancellationToken);
            _sent[file] = text;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The api is away or the file is not there; the next round tries again.
            Log.NotSent(logger, file, e.Message);
        }
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        var buffer = new byte[MaxBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaxBytes ? Encoding.UTF8.GetString(buffer, 0, length) : throw new IOException($"{file} is longer than {MaxBytes} bytes");
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.FileNotCollected, LogLevel.Debug, "{File} was not sent to the api: {Reason}")]
        public static partial void NotSent(ILogger logger, string file, string reason);
    }
}
