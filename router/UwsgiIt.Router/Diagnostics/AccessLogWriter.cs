using System.Buffers;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Router.Diagnostics;

/// <summary>Writes access-log lines in the background. A disk that cannot keep up loses lines, which are counted, and never slows a request.</summary>
internal sealed partial class AccessLogWriter : BackgroundService
{
    private const int MaxQueuedLines = 65_536;

    private readonly Channel<ArraySegment<byte>> _lines = Channel.CreateBounded<ArraySegment<byte>>(new BoundedChannelOptions(MaxQueuedLines) { SingleReader = true });
    private readonly IOptionsMonitor<AccessLogOptions> _options;
    private readonly ILogger<AccessLogWriter> _logger;
    private long _dropped;
    private volatile bool _reopen = true;

    public AccessLogWriter(IOptionsMonitor<AccessLogOptions> options, RouterMetrics metrics, ILogger<AccessLogWriter> logger)
    {
        _options = options;
        _logger = logger;
        metrics.Meter.CreateObservableCounter("uwsgiit.router.access_log.dropped", () => Volatile.Read(ref _dropped), "{line}", "Access-log lines lost because the log could not keep up.");
    }

    /// <summary>Queues a line in a buffer of the shared array pool, which is given back once written.</summary>
    public void Write(ArraySegment<byte> line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
            ArrayPool<byte>.Shared.Return(line.Array!);
        }
    }

    /// <summary>Opens the file anew before the next line: the old one was moved away.</summary>
    public void Reopen() => _reopen = true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Lines of the last requests come after the stop began, so the end is the channel's, not the token's.
        using var stop = stoppingToken.Register(() => _lines.Writer.TryComplete());
        Stream? stream = null;
        var isFailing = false;
        while (await _lines.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var unflushed = 0;
            try
            {
                if (_reopen || stream is null)
                {
                    _reopen = false;
                    await CloseAsync(stream);
                    stream = null;
                    stream = Open();
                }

                while (_lines.Reader.TryRead(out var line))
                {
                    unflushed++;
                    await stream.WriteAsync(line, CancellationToken.None);
                    ArrayPool<byte>.Shared.Return(line.Array!);
                }

                await stream.FlushAsync(CancellationToken.None);
                isFailing = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Drop(unflushed);
                if (!isFailing)
                {
                    // Once, until it can be written again: the next line will most likely meet the same full disk.
                    Log.Failed(_logger, e.Message);
                }

                isFailing = true;
                _reopen = true;
            }
        }

        await CloseAsync(stream);
    }

    /// <summary>Counts what is lost, and with it what has queued up meanwhile, which would be asked for again at once.</summary>
    private void Drop(int count)
    {
        while (_lines.Reader.TryRead(out var line))
        {
            count++;
            ArrayPool<byte>.Shared.Return(line.Array!);
        }

        Interlocked.Add(ref _dropped, count);
    }

    private static async ValueTask CloseAsync(Stream? stream)
    {
        try
        {
            await (stream?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (IOException)
        {
            // What its buffer held has been counted as lost when it could not be flushed.
        }
    }

    private Stream Open() => _options.CurrentValue.Path is { } path && path != "-"
        ? new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 64 * 1024)
        : Console.OpenStandardOutput();

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.AccessLogFailed, LogLevel.Error, "The access log cannot be written: {Problem}.")]
        public static partial void Failed(ILogger logger, string problem);
    }
}
