using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Definitions;
using UwsgiIt.Linux;
using static UwsgiIt.Fuzz.FuzzTarget;

namespace UwsgiIt.Fuzz;

/// <summary>What the daemon is given by files and by pid 1.</summary>
internal static class ContainerdTargets
{
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = new Dictionary<string, FuzzTarget>
    {
        ["definition"] = new(Definition, Texts(
            """{"uid":30001,"name":"a","distro":"debian-12","memory":16777216,"storage":1048576,"ssh_keys":["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ"],"loopboxes":[{"id":1,"filename":"a/b","mountpoint":"m"}]}""")),
        ["file-request"] = new(static bytes => Check(!FileRequest.TryRead(bytes, out var request) || (request.Write().AsSpan().SequenceEqual(bytes) && request.Path[0] == '/'), "another request than was sent"), Texts("30001 /containers/30001/etc/a.key")),
        ["emperor-message"] = new(static bytes => EmperorMessage.TryRead(bytes)?.Write(), Texts("""{"v":1,"type":"place","name":"a.ini","pid":7,"memory":1048576,"request":1}""", """{"v":1,"type":"placed","request":3,"fault":"x"}""")),
    };

    /// <summary>What is taken cannot name a place outside of where it belongs, nor a line of another file.</summary>
    private static void Definition(byte[] bytes)
    {
        if (DefinitionReader.Read(bytes, out var faults) is { } definition)
        {
            Check(faults.Count == 0 && DefinitionFaults.IsUid(definition.Uid), "taken with a fault");
            Check(definition.Distro is null || !definition.Distro.Contains('/', StringComparison.Ordinal), "a distro elsewhere");
            Check(definition.Loopboxes.All(static box => !box.Filename.Split('/').Contains("..") && !box.Filename.StartsWith('/')), "an image elsewhere");
            Check(definition.SshKeys.All(static key => !key.Contains('\n', StringComparison.Ordinal)), "a key that is two lines");
        }
    }
}
