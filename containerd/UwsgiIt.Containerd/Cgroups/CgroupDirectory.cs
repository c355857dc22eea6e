using System.Globalization;

namespace UwsgiIt.Containerd.Cgroups;

/// <summary>One directory of a cgroup hierarchy. Writing is writing and reading back: what the kernel rounds or ignores is seen.</summary>
internal sealed class CgroupDirectory(string path, int version)
{
    public string Path { get; } = path;

    public int Version { get; } = version;

    public bool Has(string file) => File.Exists($"{Path}/{file}");

    public string Read(string file) => File.ReadAllText($"{Path}/{file}").TrimEnd('\n');

    /// <summary>A file of one number; "max" is the largest.</summary>
    public long ReadNumber(string file) => Read(file) is var text && text == "max" ? long.MaxValue : long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The value behind a name in a file of "name value" lines; null when it has none.</summary>
    public long? ReadNamed(string file, string name)
    {
        foreach (var line in File.ReadLines($"{Path}/{file}"))
        {
            if (line.Length > name.Length && line[name.Length] == ' ' && line.StartsWith(name, StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(name.Length + 1), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    public void Write(string file, string value)
    {
        try
        {
            using var stream = new FileStream($"{Path}/{file}", FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(value));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CgroupException($"{Path}/{file} does not take '{value}': {e.Message}", e);
        }
    }

    /// <summary>Writes, and fails when the file then says something else.</summary>
    public void Set(string file, string value)
    {
        Write(file, value);
        var found = Read(file);
        if (found != value)
        {
            throw new CgroupException($"{Path}/{file} was set to '{value}' and says '{found}'");
        }
    }

    /// <summary>A number that the kernel may round down to its unit.</summary>
    public void SetNumber(string file, long value, long unit = 1)
    {
        Write(file, value.ToString(CultureInfo.InvariantCulture));
        var found = ReadNumber(file);
        if (found > value || found <= value - unit)
        {
            throw new CgroupException($"{Path}/{file} was set to {value} and says {found}");
        }
    }
}
