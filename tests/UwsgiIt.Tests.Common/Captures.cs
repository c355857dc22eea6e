using System.Text.Json;

namespace UwsgiIt.Tests.Common;

/// <summary>The packets recorded from real senders, in tests/captures.</summary>
public static class Captures
{
    public static string Directory { get; } = FindDirectory();

    public static JsonElement Index { get; } = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Directory, "vectors.json"))).RootElement;

    public static byte[] Read(string file) => File.ReadAllBytes(Path.Combine(Directory, file));

    public static string ReadText(string file) => File.ReadAllText(Path.Combine(Directory, file));

    public static JsonElement Describe(string file) => Index.GetProperty("packets").EnumerateArray().Single(packet => packet.GetProperty("file").GetString() == file);

    /// <summary>The root of the source tree.</summary>
    public static string SourceRoot { get; } = Path.GetFullPath(Path.Combine(Directory, "..", ".."));

    private static string FindDirectory()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "captures");
            if (System.IO.Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException("tests/captures was not found above the test's folder.");
    }
}
