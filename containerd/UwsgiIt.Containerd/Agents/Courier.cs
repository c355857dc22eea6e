using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;

namespace UwsgiIt.Containerd.Agents;

/// <summary>
/// Carries what lies in a spool to the api, oldest first. A file is deleted once the api has acknowledged it; while the api is away it stays. What
/// the api says it will never take is put aside for the rest to pass.
/// </summary>
internal abstract partial class Courier(string what, SpoolDirectory spool, IOptions<AgentOptions> options, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private bool _isAway;

    /// <summary>Files in one post.</summary>
    protected abstract int BatchFiles { get; }

    /// <summary>Sends them in one post, acknowledged or an exception.</summary>
    protected abstract Task SendAsync(HostClient client, IReadOnlyList<string> files, CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Api is null)
        {
            return;
        }

        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var client = options.Value.Connect();
                while (true)
                {
                    await EmptyAsync(client, stoppingToken);
                    pause = FirstPause;
                    await spool.WaitAsync(stoppingToken);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or CryptographicException or UnauthorizedAccessException or JsonException || (e is OperationCanceledException && !stoppingToken.IsCancellationRequested))
            {
                if (!_isAway)
                {
                    Log.Away(logger, what, e.Message);
                }

                _isAway = true;
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task EmptyAsync(HostClient client, CancellationToken cancellationToken)
    {
        var count = BatchFiles;
        while (spool.Oldest(count) is { Count: > 0 } files)
        {
            try
            {
                await SendAsync(client, files, cancellationToken);
                count = BatchFiles;
            }
            catch (Exception e) when ((e is HttpRequestException { StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge } or JsonException or InvalidDataException) && files.Count > 1)
            {
                // One of them is bad: they go one by one until it is found.
                count = 1;
                continue;
            }
            catch (Exception e) when (e is HttpRequestException { StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge } or JsonException or InvalidDataException)
            {
                Log.Refused(logger, Path.GetFileName(files[0]), what, e.Message);
            }

            foreach (var file in files)
            {
                File.Delete(file);
            }

            if (_isAway)
            {
                Log.Back(logger, what);
            }

            _isAway = false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.SpoolAway, LogLevel.Warning, "The api is away, {What} wait in their spool: {Problem}")]
        public static partial void Away(ILogger logger, string what, string problem);

        [LoggerMessage(ContainerdEventIds.SpoolBack, LogLevel.Information, "The api takes {What} again.")]
        public static partial void Back(ILogger logger, string what);

        [LoggerMessage(ContainerdEventIds.SpoolRefused, LogLevel.Warning, "{File} of the spool of {What} will never be taken and is deleted: {Problem}")]
        public static partial void Refused(ILogger logger, string file, string what, string problem);
    }
}
