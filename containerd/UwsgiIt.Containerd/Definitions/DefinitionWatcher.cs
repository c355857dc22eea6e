using System.Threading.Channels;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Definitions;

/// <summary>
/// Follows the definition directories: at once where the kernel tells, and every few seconds anyway. A faulty file changes nothing: the container
/// goes on as it was. The first pass adopts what runs.
/// </summary>
internal sealed partial class DefinitionWatcher(
    IOptions<PathOptions> options,
    ContainerRegistry registry,
    Adoption adoption,
    Readiness readiness,
    TimeProvider time,
    ILogger<DefinitionWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(10);

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, string> _faults = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<uint, ContainerDefinition> _last = new Dictionary<uint, ContainerDefinition>();

    /// <summary>Faulty files and what is wrong with them.</summary>
    public IReadOnlyDictionary<string, string> Faults
    {
        get
        {
            lock (_faults)
            {
                return new Dictionary<string, string>(_faults);
            }
        }
    }

    /// <summary>Look now.</summary>
    public void Poke() => _changed.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await adoption.RunAsync(stoppingToken);
        var watchers = options.Value.AllDefinitionDirectories.Select(Watch).ToList();
        try
        {
            _last = registry.All.Where(static container => container.Wanted is not null).ToDictionary(static container => container.Uid, static container => container.Wanted!);
            var files = Files();
            registry.Want(Scan());
            registry.Start(stoppingToken);
            readiness.Set();
            while (!stoppingToken.IsCancellationRequested)
            {
                using var waking = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(_changed.Reader.WaitToReadAsync(waking.Token).AsTask(), Task.Delay(Round, time, waking.Token));
                await waking.CancelAsync();
                var isTold = _changed.Reader.TryRead(out _);
                var now = Files();
                if (isTold || !now.SequenceEqual(files))
                {
                    files = now;
                    registry.Want(Scan());
                }
            }
        }
        finally
        {
            watchers.ForEach(static watcher => watcher.Dispose());
            await registry.WhenStoppedAsync();
        }
    }

    /// <summary>What a round compares, so that files which did not change are not read again.</summary>
    private List<(string Path, DateTime Written, long Length)> Files() =>
        [.. options.Value.AllDefinitionDirectories.Where(Directory.Exists).SelectMany(static directory => new DirectoryInfo(directory).EnumerateFiles("*.json")).Select(static file => (file.FullName, file.LastWriteTimeUtc, LengthOf(file)))];

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (IOException)
        {
            // Removed as we looked.
            return -1;
        }
    }

    /// <summary>All definitions as the files say now; a faulty file's is the last good one.</summary>
    private Dictionary<uint, ContainerDefinition> Scan()
    {
        var found = new Dictionary<uint, ContainerDefinition>();
        var faults = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in options.Value.AllDefinitionDirectories.Where(Directory.Exists).SelectMany(static directory => Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal)))
        {
            if (!uint.TryParse(Path.GetFileNameWithoutExtension(file), out var uid))
            {
                faults[file] = "its name is not UID.json";
                continue;
            }

            var definition = DefinitionReader.ReadFile(file, out var problems);
            if (problems.Count > 0)
            {
                faults[file] = string.Join("; ", problems);
                definition = _last.GetValueOrDefault(uid);
            }

            if (definition is not null)
            {
                found.TryAdd(uid, definition);
            }
        }

        lock (_faults)
        {
            foreach (var (file, fault) in faults.Where(pair => _faults.GetValueOrDefault(pair.Key) != pair.Value))
            {
                Log.Faulty(logger, file, fault);
            }

            _faults.Clear();
            foreach (var (file, fault) in faults)
            {
                _faults[file] = fault;
            }
        }

        _last = found;
        return found;
    }

    private FileSystemWatcher Watch(string directory)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var watcher = new FileSystemWatcher(directory, "*.json");
        watcher.Changed += (_, _) => Poke();
        watcher.Created += (_, _) => Poke();
        watcher.Deleted += (_, _) => Poke();
        watcher.Renamed += (_, _) => Poke();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.DefinitionFaulty, LogLevel.Warning, "{File} is not taken: {Fault}")]
        public static partial void Faulty(ILogger logger, string file, string fault);
    }
}
