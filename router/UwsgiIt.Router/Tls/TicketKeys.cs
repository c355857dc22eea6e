using Microsoft.Extensions.Options;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Tls;

/// <summary>The keys of session tickets: the newest seals, older ones open until their tickets have ended. From a shared file or of our own.</summary>
internal sealed partial class TicketKeys : BackgroundService
{
    // How soon a key that another process added is known; until then its tickets cost a full handshake.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly TlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<TicketKeys> _logger;
    private readonly TicketKeyFile? _file;
    private readonly List<(TicketKey Key, DateTimeOffset DroppedAt)> _dropped = [];
    private volatile TicketKey[] _keys;
    private DateTime _modifiedAt;

    /// <summary>Throws when the file is there and cannot be used.</summary>
    public TicketKeys(IOptions<TlsOptions> options, TimeProvider time, ILogger<TicketKeys> logger)
    {
        _options = options.Value;
        _time = time;
        _logger = logger;
        _file = _options.TicketKeyFile is { } path ? new TicketKeyFile(path) : null;
        _keys = [.. _file?.ReadAndRotate(time.GetUtcNow(), _options.TicketKeyInterval, Keep) ?? [TicketKey.Make(time.GetUtcNow())]];
    }

    /// <summary>Seals new tickets.</summary>
    public TicketKey Newest => _keys[0];

    private TimeSpan Keep => _options.SessionLifetime + _options.TicketKeyInterval;

    /// <summary>The key of a ticket, or null when it is of no key of ours.</summary>
    public TicketKey? Find(ReadOnlySpan<byte> name)
    {
        foreach (var key in _keys)
        {
            if (key.Name.SequenceEqual(name))
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>Looks at file and clock once.</summary>
    public void Refresh()
    {
        var now = _time.GetUtcNow();
        try
        {
            if (_file is null)
            {
                RotateOwn(now);
            }
            else if (File.GetLastWriteTimeUtc(_file.Path) is var modified && (modified != _modifiedAt || IsDue(now)))
            {
                var keys = _file.ReadAndRotate(now, _options.TicketKeyInterval, Keep);
                _modifiedAt = File.GetLastWriteTimeUtc(_file.Path);
                Replace([.. keys], now);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Log.Unusable(_logger, _options.TicketKeyFile, e.Message.TrimEnd('.'));
            if (IsDue(now))
            {
                // Better keys that nobody shares than keys that get old.
                RotateOwn(now);
            }
        }

        // Wiped only when every handshake that may have found it has ended.
        foreach (var (key, _) in _dropped.Where(dropped => dropped.DroppedAt + _options.HandshakeTimeout + Period < now))
        {
            key.Wipe();
        }

        _dropped.RemoveAll(dropped => dropped.DroppedAt + _options.HandshakeTimeout + Period < now);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Refresh();
        }
    }

    private bool IsDue(DateTimeOffset now) => _options.TicketKeyInterval > TimeSpan.Zero && _keys[0].MadeAt + _options.TicketKeyInterval <= now;

    private void RotateOwn(DateTimeOffset now)
    {
        if (IsDue(now))
        {
            Replace([TicketKey.Make(now), .. _keys.Where(key => key.MadeAt + Keep >= now)], now);
        }
    }

    private void Replace(TicketKey[] keys, DateTimeOffset now)
    {
        _dropped.AddRange(_keys.Except(keys).Select(key => (key, now)));
        _keys = keys;
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.TicketKeyFileUnusable, LogLevel.Warning, "The ticket keys in {File} cannot be used, the present ones go on: {Problem}.")]
        public static partial void Unusable(ILogger logger, string? file, string problem);
    }
}
