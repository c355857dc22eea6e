using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Containers;

/// <summary>The records, one file each, written whole and renamed; 0600, since a definition may hold a private key.</summary>
internal sealed class RecordStore
{
    private const long MaxBytes = 512 * 1024;

    private readonly string _directory;

    public RecordStore(IOptions<PathOptions> options)
    {
        _directory = options.Value.StateDirectory + "/running";
        Directory.CreateDirectory(options.Value.StateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static string Hash(ContainerDefinition definition) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(definition, ContainerJson.Default.ContainerDefinition)));

    /// <summary>Every record that can be read; one that cannot is reported and left out.</summary>
    public IReadOnlyList<ContainerRecord> ReadAll(Action<string> report)
    {
        var records = new List<ContainerRecord>();
        foreach (var file in Directory.EnumerateFiles(_directory, "*.json"))
        {
            try
            {
                var record = new FileInfo(file).Length <= MaxBytes ? JsonSerializer.Deserialize(File.ReadAllBytes(file), RecordJson.Default.ContainerRecord) : null;
                if (record is { Format: ContainerRecord.CurrentFormat } && Path.GetFileName(file) == $"{record.Uid}.json" && record.DefinitionHash == Hash(record.Definition))
                {
                    records.Add(record);
                }
                else
                {
                    report($"{file} is not a record of this version, or was changed");
                }
            }
            catch (Exception e) when (e is JsonException or IOException)
            {
                report($"{file}: {e.Message}");
            }
        }

        return records;
    }

    public void Write(ContainerRecord record)
    {
        var path = $"{_directory}/{record.Uid}.json";
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            JsonSerializer.Serialize(file, record, RecordJson.Default.ContainerRecord);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    public void Remove(uint uid) => File.Delete($"{_directory}/{uid}.json");
}
