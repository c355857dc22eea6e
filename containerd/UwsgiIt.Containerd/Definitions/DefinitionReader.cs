using System.Text.Json;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Network;

namespace UwsgiIt.Containerd.Definitions;

/// <summary>Reads a definition file. Bad input is a sentence, not an exception.</summary>
internal static class DefinitionReader
{
    /// <summary>Longest file, in bytes; arbitrary, may grow.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>The definition in a text, or every fault of it.</summary>
    public static ContainerDefinition? Read(ReadOnlySpan<byte> text, out IReadOnlyList<string> faults)
    {
        if (text.Length > MaxBytes)
        {
            faults = [$"longer than {MaxBytes} bytes"];
            return null;
        }

        try
        {
            var definition = JsonSerializer.Deserialize(text, ContainerJson.Default.ContainerDefinition);
            faults = definition is null ? ["null"] : Nulls(definition) ?? Faults(definition);
            return faults.Count == 0 ? definition : null;
        }
        catch (JsonException e)
        {
            faults = [e.Message];
            return null;
        }
    }

    /// <summary>The file of a uid; its name must say the same.</summary>
    public static ContainerDefinition? ReadFile(string path, out IReadOnlyList<string> faults)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var text = new byte[Math.Min(RandomAccess.GetLength(file), MaxBytes + 1)];
            var length = RandomAccess.Read(file, text, 0);
            var definition = Read(text.AsSpan(0, length), out faults);
            if (definition is not null && Path.GetFileName(path) != $"{definition.Uid}.json")
            {
                faults = [$"uid {definition.Uid} does not belong into a file of this name"];
                return null;
            }

            return definition;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults = [e.Message];
            return null;
        }
    }

    private static IReadOnlyList<string> Faults(ContainerDefinition definition) =>
        DefinitionFaults.Find(definition) is { Count: > 0 } faults ? faults : ContainerPolicies.Faults(definition);

    /// <summary>The JSON reader accepts null where a value must be.</summary>
    private static List<string>? Nulls(ContainerDefinition definition) =>
        definition.Name is null || definition.SshKeys is null || definition.Links is null || definition.Rules is null || definition.Loopboxes is null
        || definition.SshKeys.Contains(null!) || definition.Rules.Contains(null!) || definition.Loopboxes.Contains(null!)
        || definition.Loopboxes.Any(static box => box.Filename is null || box.Mountpoint is null) || definition.CustomDistro is { Path: null }
            ? ["null where a value must be"]
            : null;
}
