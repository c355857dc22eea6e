using System.Globalization;
using System.Text.Json;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Agents;

/// <summary>
/// Definitions of the api as files in the agent's own folder. 1 what is to be there, 2 is too much to vanish, 3 the files, each whole or not at
/// all, 4 away with what is not wanted. A definition this host would refuse leaves its old file alone.
/// </summary>
internal sealed class DefinitionFiles(string directory)
{
    /// <summary>How many files were written and removed, and what is faulty; null when too much would vanish without an operator's word.</summary>
    public (int Written, int Removed, IReadOnlyList<string> Faults)? Apply(HostContainers state)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var wanted = Definitions.Of(state).ToDictionary(static definition => FileName(definition.Uid), StringComparer.Ordinal);
        var present = Directory.EnumerateFiles(directory, "*.json").Select(static path => Path.GetFileName(path)).ToList();
        var unwanted = present.Where(file => !wanted.ContainsKey(file)).ToList();
        if (!state.Confirmed && RemovalGuard.NeedsConfirmation(present.Count, unwanted.Count))
        {
            return null;
        }

        var faults = Definitions.FaultsOf(state).ToList();
        var written = 0;
        foreach (var (file, definition) in wanted)
        {
            if (DefinitionFaults.Find(definition) is { Count: > 0 } found)
            {
                faults.Add($"{file}: {found[0]}");
                continue;
            }

            written += WholeFile.Write(Path.Combine(directory, file), JsonSerializer.Serialize(definition, ContainerJson.Default.ContainerDefinition)) ? 1 : 0;
        }

        unwanted.ForEach(file => File.Delete(Path.Combine(directory, file)));
        return (written, unwanted.Count, faults);
    }

    private static string FileName(uint uid) => uid.ToString(CultureInfo.InvariantCulture) + ".json";
}
