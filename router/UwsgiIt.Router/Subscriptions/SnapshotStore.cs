using System.Diagnostics;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>
/// Nodes and ledger survive the router: read before the first listener opens, written when they changed. Stale nodes expire by their last
/// announce, so the time the router was away counts.
/// </summary>
internal sealed partial class SnapshotStore(
    SubscriptionRegistry registry,
    ReplayLedger ledger,
    PublicKeyStore keys,
    IOptions<StateOptions> options,
    ILogger<SnapshotStore> logger) : BackgroundService
{
    // A write may take at most this share of the time, whatever the number of names.
    private const int WriteShare = 20;

    private readonly string? _path = options.Value.Directory is { } directory ? Path.Combine(directory, "snapshot") : null;
    private long _writtenVersion;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_path is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Load(_path);
        }

        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Save();
    }

    /// <summary>Writes the snapshot when something changed since the last.</summary>
    public void Save()
    {
        // Both, for a packet is in the registry a moment before it is in the ledger. Read before the sets: what changes meanwhile is written next time.
        var version = registry.Version + ledger.Version;
        if (_path is null || version == _writtenVersion)
        {
            return;
        }

        try
        {
            SnapshotFile.Write(_path, registry.Export(), ledger.Export());
            _writtenVersion = version;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.WriteFailed(logger, _path, e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = options.Value.SnapshotInterval;
        while (_path is not null)
        {
            await Task.Delay(pause, stoppingToken);
            var started = Stopwatch.GetTimestamp();
            Save();
            var wanted = Stopwatch.GetElapsedTime(started) * WriteShare;
            pause = wanted > options.Value.SnapshotInterval ? wanted : options.Value.SnapshotInterval;
        }
    }

    private void Load(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        try
        {
            var (nodes, entries) = SnapshotFile.Read(path);
            ledger.Import(entries);
            foreach (var node in nodes)
            {
                if (registry.Import(node) && !node.IsTrusted)
                {
                    keys.Track(node.Packet.Key);
                }
            }

            Log.Loaded(logger, nodes.Count, path);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or IOException or UnauthorizedAccessException or FormatException)
        {
            // The applications announce themselves again within seconds; the file is kept for whoever wants to know what happened.
            Log.Damaged(logger, path, e.Message);
            File.Move(path, path + ".damaged", overwrite: true);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.SnapshotLoaded, LogLevel.Information, "{Nodes} nodes were taken over from {Path}.")]
        public static partial void Loaded(ILogger logger, int nodes, string path);

        [LoggerMessage(RouterEventIds.SnapshotDamaged, LogLevel.Warning, "The snapshot {Path} cannot be used and was moved aside: {Problem}.")]
        public static partial void Damaged(ILogger logger, string path, string problem);

        [LoggerMessage(RouterEventIds.SnapshotWriteFailed, LogLevel.Error, "The snapshot {Path} cannot be written: {Problem}.")]
        public static partial void WriteFailed(ILogger logger, string path, string problem);
    }
}
