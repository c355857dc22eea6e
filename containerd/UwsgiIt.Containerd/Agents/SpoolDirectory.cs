using System.Threading.Channels;

namespace UwsgiIt.Containerd.Agents;

/// <summary>Files that wait for the api, in the order of their names. Each is there whole or not at all; when there are too many, the oldest go.</summary>
internal sealed class SpoolDirectory(string path, int maxFiles, long maxBytes = long.MaxValue)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Unfinished = ".new";

    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Adds one; returns how many old ones went for it.</summary>
    public int Add(string name, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(path, Private | UnixFileMode.UserExecute);
        var file = Path.Combine(path, name);
        using (var stream = new FileStream(file + Unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Private }))
        {
            stream.Write(content);
        }

        File.Move(file + Unfinished, file, overwrite: true);
        _added.Writer.TryWrite(true);
        return Shorten();
    }

    /// <summary>At most so many, oldest first; empty when all is sent.</summary>
    public IReadOnlyList<string> Oldest(int count) => Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Where(static file => !file.EndsWith(Unfinished, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(count)] : [];

    /// <summary>Completes when something was added since the last call.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _added.Reader.ReadAsync(cancellationToken);

    private int Shorten()
    {
        var files = new DirectoryInfo(path).EnumerateFiles().OrderByDescending(static file => file.Name, StringComparer.Ordinal).ToList();
        var (kept, bytes, gone) = (0, 0L, 0);
        foreach (var file in files)
        {
            bytes += file.Length;

            // What is unfinished now was left by a daemon that died: there is one writer, and it has just finished.
            if (file.Name.EndsWith(Unfinished, StringComparison.Ordinal) || ++kept > maxFiles || bytes > maxBytes)
            {
                file.Delete();
                gone++;
            }
        }

        return gone;
    }
}
