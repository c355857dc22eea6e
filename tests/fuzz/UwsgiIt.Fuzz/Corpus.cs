using System.Globalization;

namespace UwsgiIt.Fuzz;

/// <summary>Inputs of a target that each took a branch the others do not: a file for a target, every input with its length before it.</summary>
internal static class Corpus
{
    // Ours: longer ones are slow and say little more.
    private const int MaxBytes = 16 * 1024;

    /// <summary>The kept inputs; none when there is no file.</summary>
    public static IReadOnlyList<byte[]> Read(string directory, string target)
    {
        var file = FileOf(directory, target);
        if (!File.Exists(file))
        {
            return [];
        }

        var inputs = new List<byte[]>();
        using var reader = new BinaryReader(File.OpenRead(file));
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            inputs.Add(reader.ReadBytes(reader.Read7BitEncodedInt()));
        }

        return inputs;
    }

    public static void Write(string directory, string target, IEnumerable<byte[]> inputs)
    {
        Directory.CreateDirectory(directory);
        using var writer = new BinaryWriter(File.Create(FileOf(directory, target)));
        foreach (var input in inputs.Where(static input => input.Length <= MaxBytes))
        {
            writer.Write7BitEncodedInt(input.Length);
            writer.Write(input);
        }
    }

    /// <summary>A file for each input, as other fuzzers take them.</summary>
    public static void Unpack(string directory, IReadOnlyList<byte[]> inputs)
    {
        Directory.CreateDirectory(directory);
        for (var number = 0; number < inputs.Count; number++)
        {
            File.WriteAllBytes(Path.Combine(directory, number.ToString("d5", CultureInfo.InvariantCulture)), inputs[number]);
        }
    }

    private static string FileOf(string directory, string target) => Path.Combine(directory, target + ".bin");
}
