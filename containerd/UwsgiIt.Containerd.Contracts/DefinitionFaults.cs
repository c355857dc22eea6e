using System.Buffers;

namespace UwsgiIt.Containerd.Contracts;

/// <summary>What is wrong with a definition: every fault, each a sentence with the member, the value and what would be right.</summary>
public static class DefinitionFaults
{
    /// <summary>Loopboxes of one container; arbitrary, may grow.</summary>
    public const int MaxLoopboxes = 16;

    private const int MaxListed = 256;

    private static readonly string[] ReservedNames = ["etc", "logs", "run", "tmp", "vassals"];
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>See <see cref="ContainerLimits.IsUid"/>.</summary>
    public static bool IsUid(uint uid) => ContainerLimits.IsUid(uid);

    /// <summary>True for one directory name of letters, digits and <c>. _ -</c>, not hidden and at most 64 characters.</summary>
    public static bool IsPlainName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= 64 && name[0] != '.' && !name.AsSpan().ContainsAnyExcept(NameCharacters);
    }

    /// <summary>Every fault of a definition; none means that it can be tried.</summary>
    public static IReadOnlyList<string> Find(ContainerDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var faults = new List<string>();
        Require(IsUid(definition.Uid), $"uid {definition.Uid} is not a container's: write one from {ContainerLimits.FirstUid} to {ContainerLimits.LastUid}, not {ContainerLimits.FirstReservedUid} to {ContainerLimits.LastReservedUid}");
        Require(definition.Name.Length is > 0 and <= 255 && !definition.Name.Any(char.IsControl), "name is empty, longer than 255 characters, or has control characters");
        Require(definition.Distro is not null != definition.CustomDistro is not null, "one of distro and custom_distro must be given, not both");
        Require(definition.Distro is null || IsPlainName(definition.Distro), $"distro '{definition.Distro}' is not one directory name of letters, digits and . _ -");
        if (definition.CustomDistro is { } custom)
        {
            Require(IsUid(custom.Store) && custom.Store != definition.Uid, $"custom_distro.store {custom.Store} is not another container");
            Require(IsPlainName(custom.Path), $"custom_distro.path '{custom.Path}' is not one directory name of letters, digits and . _ -");
            Require(!definition.CustomDistrosStorage, "a container that stores custom distros cannot use one");
        }

        Require(definition.Memory >= ContainerLimits.MinMemory, $"memory {definition.Memory} is less than {ContainerLimits.MinMemory} bytes");
        Require(definition.Storage >= ContainerLimits.MinStorage, $"storage {definition.Storage} is less than {ContainerLimits.MinStorage} bytes");
        Require(definition.Inodes is null or >= ContainerLimits.MinInodes, $"inodes {definition.Inodes} is less than {ContainerLimits.MinInodes}");
        Require(definition.Pids is >= ContainerLimits.MinPids and <= ContainerLimits.MaxPids, $"pids {definition.Pids} is not {ContainerLimits.MinPids} to {ContainerLimits.MaxPids}");
        Require(definition.CpuWeight is >= 1 and <= ContainerLimits.MaxCpuWeight, $"cpu_weight {definition.CpuWeight} is not 1 to {ContainerLimits.MaxCpuWeight}");
        Require(definition.CpuMax is null or (>= 0.01 and <= ContainerLimits.MaxCpus), $"cpu_max {definition.CpuMax} is not 0.01 to {ContainerLimits.MaxCpus} processors");
        Require(definition.IoMax is null or >= 65_536, $"io_max {definition.IoMax} is less than 65536 bytes a second");
        Require(definition.MemoryAlarm is >= 0 and <= 100, $"memory_alarm {definition.MemoryAlarm} is not 0 to 100");
        Require(definition.QuotaThreshold is >= 0 and <= 100, $"quota_threshold {definition.QuotaThreshold} is not 0 to 100");
        Require(definition.AlarmFreq >= 60, $"alarm_freq {definition.AlarmFreq} is less than 60 s");
        Require(definition.PrivateKey is null || IsPem(definition.PrivateKey, "PRIVATE KEY"), "private_key is not one PEM private key");
        Require(definition.PublicKey is null || IsPem(definition.PublicKey, "PUBLIC KEY"), "public_key is not one PEM public key");
        Require(definition.SshKeys.Count <= MaxListed, $"more than {MaxListed} ssh_keys");
        Require(definition.Links.Count <= MaxListed, $"more than {MaxListed} links");
        Require(definition.Rules.Count <= MaxListed, $"more than {MaxListed} rules");
        Require(definition.Loopboxes.Count <= MaxLoopboxes, $"more than {MaxLoopboxes} loopboxes");
        faults.AddRange(definition.Alarms?.Faults() ?? []);
        foreach (var key in definition.SshKeys)
        {
            Require(IsSshKey(key), $"ssh_keys: '{(key.Length > 40 ? key[..40] : key)}' is not one line 'type base64 comment' without options");
        }

        foreach (var link in definition.Links)
        {
            Require(IsUid(link) && link != definition.Uid, $"links: {link} is not another container");
        }

        foreach (var loopbox in definition.Loopboxes)
        {
            Require(loopbox.Id >= 1, $"loopboxes: id {loopbox.Id} is less than 1");
            Require(IsHomePath(loopbox.Filename) && loopbox.Filename.Length <= 64, $"loopboxes: filename '{loopbox.Filename}' is not a path below the home that may be used");
            Require(IsHomePath(loopbox.Mountpoint), $"loopboxes: mountpoint '{loopbox.Mountpoint}' is not a path below the home that may be used");
        }

        return faults;

        void Require(bool condition, string fault)
        {
            if (!condition)
            {
                faults.Add(fault);
            }
        }
    }

    /// <summary>A relative path whose parts are plain, and which is none of the directories the platform itself uses.</summary>
    public static bool IsHomePath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length <= 255 && path.Split('/').All(IsPlainName) && !ReservedNames.Contains(path, StringComparer.Ordinal);
    }

    private static bool IsPem(string text, string label) =>
        text.Length <= 16_384
        && text.AsSpan().Trim() is var trimmed
        && System.Security.Cryptography.PemEncoding.TryFind(trimmed, out var fields)
        && trimmed[fields.Label].EndsWith(label, StringComparison.Ordinal)
        && fields.Location.End.Value == trimmed.Length;

    private static bool IsSshKey(string line)
    {
        var parts = line.Split(' ', 3);
        return line.Length <= 8192 && !line.Any(char.IsControl) && parts.Length >= 2
            && parts[0].Length > 4 && parts[0].All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '@' or '.')
            && Convert.TryFromBase64String(parts[1], new byte[parts[1].Length], out var length) && length > 16;
    }
}
