namespace UwsgiIt.Emperor.Vassals;

/// <summary>A vassal file as a scan saw it. The name is the vassal's identity.</summary>
/// <param name="Name">File name without directory.</param>
/// <param name="ModifiedNanoseconds">Last modification, nanoseconds since 1970.</param>
internal readonly record struct VassalFile(string Name, long ModifiedNanoseconds)
{
    /// <summary>Longest file name, in bytes; longer ones are no vassals (the original's).</summary>
    public const int MaxNameBytes = 254;

    /// <summary>The option uWSGI reads this kind of file with; null when the name is not a vassal's.</summary>
    public static string? OptionOf(string name) => Path.GetExtension(name) switch
    {
        ".ini" => "--ini",
        ".xml" => "--xml",
        ".yml" or ".yaml" => "--yaml",
        ".js" or ".json" => "--json",
        _ => null,
    };
}
