using System.Globalization;
using System.Text;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Supervision;

/// <summary>
/// The container's log: the Emperor's own lines and the output of children. Bounded: at the limit it is renamed to NAME.1 and begun anew.
/// Opened as the customer and never through a link, so it can only ever be a file that the customer could write. A log that cannot be
/// opened costs its lines and nothing else.
/// </summary>
internal sealed class EmperorLog : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly long _maxBytes;
    private readonly uint _uid;
    private readonly uint _gid;
    private readonly TimeProvider _time;
    private AppendFile? _file;
    private DateTimeOffset _nextTry;

    public EmperorLog(SupervisorSettings settings, TimeProvider time)
    {
        _path = settings.LogFile;
        _maxBytes = settings.LogFileMaxBytes;
        _uid = settings.Uid;
        _gid = settings.Gid;
        _time = time;
    }

    /// <summary>Lines that could not be written.</summary>
    public long Lost { get; private set; }

    /// <summary>A line of the Emperor's own. Control characters of names become '?': they are the customer's.</summary>
    public void Write(string sentence)
    {
        var line = new StringBuilder(sentence.Length + 40);
        line.Append(CultureInfo.InvariantCulture, $"{_time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'} [emperor] ");
        foreach (var letter in sentence)
        {
            line.Append(char.IsControl(letter) ? '?' : letter);
        }

        WriteRaw(Encoding.UTF8.GetBytes(line.Append('\n').ToString()));
    }

    /// <summary>Output of a child as it is.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        if (_file is null && !TryOpen())
        {
            Lost++;
            return;
        }

        if (_file!.Size + bytes.Length > _maxBytes)
        {
            Rotate();
        }

        if (_file is null || !_file.TryAppend(bytes))
        {
            // A full quota, most likely. The next line tries again.
            Lost++;
        }
    }

    public void Dispose() => _file?.Dispose();

    private bool TryOpen()
    {
        var now = _time.GetUtcNow();
        if (now < _nextTry)
        {
            return false;
        }

        _nextTry = now + RetryAfter;
        using var customer = ActingAs.User(_uid, _gid);
        return AppendFile.TryOpen(_path, out _file, out _);
    }

    private void Rotate()
    {
        _file?.Dispose();
        _file = null;
        _nextTry = default;
        using (ActingAs.User(_uid, _gid))
        {
            AppendFile.TryRename(_path, _path + ".1");
        }

        TryOpen();
    }
}
