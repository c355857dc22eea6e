using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace UwsgiIt.Router.Tls;

/// <summary>
/// Ticket keys in a file that several processes share: a line of version, then a line for each key, newest first: when it was made (Unix
/// seconds) and its bytes in base64. Whoever finds the newest too old adds one, under a lock, so that all agree.
/// </summary>
internal sealed class TicketKeyFile(string path)
{
    private const string Head = "uwsgiit-ticket-keys 1";

    // Ours: a week of hourly keys fits.
    private const int MaxKeys = 256;
    private const int MaxBytes = 64 * 1024;

    public string Path { get; } = path;

    /// <summary>Parses the text; false with the reason when it is not such a file.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IReadOnlyList<TicketKey>? keys, out string problem)
    {
        keys = null;
        problem = "";
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0 || lines[0] != Head)
        {
            problem = $"it does not begin with \"{Head}\"";
            return false;
        }

        if (lines.Length is 1 or > MaxKeys + 1)
        {
            problem = $"it holds {lines.Length - 1} keys instead of 1 to {MaxKeys}";
            return false;
        }

        var found = new List<TicketKey>();
        var bytes = new byte[TicketKey.TotalBytes];
        foreach (var line in lines.Skip(1))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || !long.TryParse(line.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                || !Convert.TryFromBase64String(line[(space + 1)..], bytes, out var count) || count != TicketKey.TotalBytes)
            {
                problem = $"line {found.Count + 2} is not a time and {TicketKey.TotalBytes} bytes in base64";
                return false;
            }

            found.Add(new TicketKey(bytes, DateTimeOffset.FromUnixTimeSeconds(seconds)));
        }

        keys = found;
        return true;
    }

    /// <summary>The keys in the file, after adding one when the newest is older than <paramref name="interval"/> (zero: never). Throws IOException and the like.</summary>
    public IReadOnlyList<TicketKey> ReadAndRotate(DateTimeOffset now, TimeSpan interval, TimeSpan keep)
    {
        if (File.Exists(Path) && Read() is var present && (interval == TimeSpan.Zero || present[0].MadeAt + interval > now))
        {
            return present;
        }

        // FileShare.None is flock(2) between processes that use this class.
        using var locked = OpenLock();
        var keys = File.Exists(Path) ? Read().ToList() : [];
        if (keys.Count == 0 || (interval > TimeSpan.Zero && keys[0].MadeAt + interval <= now))
        {
            keys.Insert(0, TicketKey.Make(now));
            keys.RemoveAll(key => key.MadeAt + keep < now);
            Write(keys.Take(MaxKeys));
        }

        return keys;
    }

    private IReadOnlyList<TicketKey> Read()
    {
        if (new FileInfo(Path).Length > MaxBytes)
        {
            throw new InvalidDataException($"{Path}: it is longer than {MaxBytes} bytes.");
        }

        return TryParse(File.ReadAllText(Path), out var keys, out var problem) ? keys : throw new InvalidDataException($"{Path}: {problem}.");
    }

    private FileStream OpenLock()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(Path + ".lock", new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
            }
            catch (IOException) when (tries < 50)
            {
                // Another process adds a key right now, which takes milliseconds.
                Thread.Sleep(20);
            }
        }
    }

    private void Write(IEnumerable<TicketKey> keys)
    {
        var text = new StringBuilder(Head).Append('\n');
        foreach (var key in keys)
        {
            text.Append(CultureInfo.InvariantCulture, $"{key.MadeAt.ToUnixTimeSeconds()} {Convert.ToBase64String(key.Bytes)}\n");
        }

        var temporary = Path + ".new";
        File.Delete(temporary);
        using (var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            stream.Write(Encoding.ASCII.GetBytes(text.ToString()));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, Path, overwrite: true);
    }
}
