namespace UwsgiIt.Emperor.Vassals;

/// <summary>One vassal that died before it was loyal.</summary>
internal sealed class BlacklistEntry(string name, DateTimeOffset now)
{
    public string Name { get; } = name;

    /// <summary>Offences after the first.</summary>
    public int Attempt { get; set; }

    /// <summary>How long after the last attempt it is not started.</summary>
    public TimeSpan Delay { get; set; } = Blacklist.FirstDelay;

    public DateTimeOffset FirstAttempt { get; } = now;

    public DateTimeOffset LastAttempt { get; set; } = now;
}

/// <summary>Who died before being loyal, and when he may try again (the original's rules).</summary>
internal sealed class Blacklist
{
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>Beyond it the delay is halved.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(180);

    private readonly Dictionary<string, BlacklistEntry> _entries = [];

    public IReadOnlyCollection<BlacklistEntry> Entries => _entries.Values;

    /// <summary>Notes an offence.</summary>
    public BlacklistEntry Add(string name, DateTimeOffset now)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            return _entries[name] = new BlacklistEntry(name, now);
        }

        entry.Attempt++;
        entry.Delay = entry.Delay < Longest ? entry.Delay + Step : entry.Delay / 2;
        entry.LastAttempt = now;
        return entry;
    }

    /// <summary>Zero when it may be started now, else how long not.</summary>
    public TimeSpan DelayOf(string name, DateTimeOffset now) =>
        _entries.TryGetValue(name, out var entry) && entry.LastAttempt + entry.Delay > now ? entry.LastAttempt + entry.Delay - now : TimeSpan.Zero;

    public void Remove(string name) => _entries.Remove(name);

    public void Clear() => _entries.Clear();

    /// <summary>Forgets who is gone and has served his time twice over, so that the list cannot outgrow the directory.</summary>
    public void Prune(IReadOnlySet<string> present, DateTimeOffset now)
    {
        foreach (var entry in _entries.Values.Where(entry => !present.Contains(entry.Name) && entry.LastAttempt + (2 * Longest) < now).ToList())
        {
            _entries.Remove(entry.Name);
        }
    }
}
