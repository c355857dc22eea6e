namespace UwsgiIt.Emperor.Programs;

/// <summary>A line of an ini text that means something.</summary>
internal readonly record struct IniEntry(string Section, string Key, string Value, int Line);

/// <summary>The ini dialect of uWSGI as far as plain programs need it: sections, <c>key = value</c>, lines beginning with ; or # are comments.</summary>
internal static class IniText
{
    /// <summary>Longest text, in bytes; ours, arbitrary, may grow.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Most entries; ours, arbitrary, may grow.</summary>
    public const int MaxEntries = 2000;

    /// <summary>All entries in order. What is no entry is passed over, as uWSGI does; beyond <see cref="MaxEntries"/> nothing is read.</summary>
    public static List<IniEntry> Read(string text)
    {
        var entries = new List<IniEntry>();
        var section = "";
        var number = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = raw.Trim();
            if (line.IsEmpty || line[0] is ';' or '#')
            {
                continue;
            }

            if (line[0] == '[')
            {
                var end = line.IndexOf(']');
                section = end < 0 ? "" : line[1..end].Trim().ToString();
                continue;
            }

            var equals = line.IndexOf('=');
            var key = (equals < 0 ? line : line[..equals]).TrimEnd();
            if (key.IsEmpty || entries.Count == MaxEntries)
            {
                continue;
            }

            entries.Add(new IniEntry(section, key.ToString(), equals < 0 ? "" : line[(equals + 1)..].TrimStart().ToString(), number));
        }

        return entries;
    }
}
