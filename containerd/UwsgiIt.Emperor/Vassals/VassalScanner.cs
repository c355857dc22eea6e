using System.Text;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Vassals;

/// <summary>
/// Follows the vassal directory: by inotify, where it is to be had, for what happens in it, and every few seconds for what happens behind links and on
/// file systems without events. Everything is looked at as the customer.
/// </summary>
internal sealed class VassalScanner : IDisposable
{
    /// <summary>Most vassals of a container; ours, arbitrary, may grow. More are named in the log and ignored.</summary>
    public const int MaxVassals = 1000;

    /// <summary>Time between looks without an event (the original's freq).</summary>
    public static readonly TimeSpan Frequency = TimeSpan.FromSeconds(3);

    private readonly SupervisorSettings _settings;
    private readonly EventLoop _loop;
    private readonly Action _due;
    private readonly DirectoryWatch? _watch = DirectoryWatch.TryOpen();
    private LoopTimer? _timer;
    private bool _isWanted;

    public VassalScanner(SupervisorSettings settings, EventLoop loop, Action due)
    {
        _settings = settings;
        _loop = loop;
        _due = due;
        if (_watch is { } watch)
        {
            _loop.Watch(watch.Handle, PollEvents.Readable, _ =>
            {
                watch.Drain();
                Want();
            });
        }
    }

    /// <summary>Vassal files that were too many at the last scan.</summary>
    public int Ignored { get; private set; }

    /// <summary>Asks for a scan as soon as the present callbacks are done; several wishes are one scan.</summary>
    public void Want()
    {
        if (!_isWanted)
        {
            _isWanted = true;
            _timer?.Cancel();
            _timer = _loop.After(TimeSpan.Zero, Scan);
        }
    }

    /// <summary>What is there now, in the order of the directory; null when the directory cannot be read, which stops nobody.</summary>
    public List<VassalFile>? Read()
    {
        using var customer = ActingAs.User(_settings.Uid, _settings.Gid);
        if (_watch is { IsWatching: false })
        {
            _watch.TryWatch(_settings.VassalDirectory);
        }

        var files = new List<VassalFile>();
        Ignored = 0;
        try
        {
            foreach (var path in Directory.EnumerateFiles(_settings.VassalDirectory))
            {
                var name = Path.GetFileName(path);
                if (VassalFile.OptionOf(name) is null || Encoding.UTF8.GetByteCount(name) > VassalFile.MaxNameBytes || !TryStat(path, out var facts))
                {
                    continue;
                }

                if (files.Count == MaxVassals)
                {
                    Ignored++;
                    continue;
                }

                files.Add(new VassalFile(name, facts.ModifiedNanoseconds));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return files;
    }

    public void Dispose() => _watch?.Dispose();

    private void Scan()
    {
        _isWanted = false;
        _timer = _loop.After(Frequency, Scan);
        _due();
    }

    /// <summary>With nofollow it is the link that counts and a link's own time; without, it is what it leads to.</summary>
    private bool TryStat(string path, out FileFacts facts) =>
        CustomerFile.TryStat(path, followLinks: !_settings.NoFollow, out facts) && (facts.IsRegularFile || (_settings.NoFollow && facts.IsSymbolicLink));
}
