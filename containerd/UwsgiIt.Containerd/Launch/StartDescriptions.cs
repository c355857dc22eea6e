using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Containerd.Network;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Containerd.Launch;

/// <summary>Makes the description that pid 1 gets out of the definition and the host's settings.</summary>
internal sealed class StartDescriptions(IOptions<PathOptions> host, HomeGroup homeGroup, ContainerNetwork network)
{
    /// <summary>Uids of pid 1s without a user namespace start here: above systemd's and nspawn's ranges, below those with the sign bit.</summary>
    public const uint FirstInitUid = 0x7000_0000;

    public StartDescription Make(ContainerDefinition definition, ContainerCgroup cgroup, UserNamespace? users)
    {
        var options = host.Value;
        var custom = definition.CustomDistro;
        var distro = custom is null ? $"{options.DistrosRoot}/{definition.Distro}" : custom.Path;
        return new StartDescription
        {
            Uid = definition.Uid,
            InitUid = users is null ? FirstInitUid + definition.Uid : IdMap.InitUid,
            IdBase = users?.IdBase,
            HostName = HostNameOf(definition.Name),
            ContainersRoot = options.ContainersRoot,
            HomeGroup = homeGroup.Id ?? definition.Uid,
            Distro = distro,
            CustomDistroStore = custom is null ? null : $"{options.ContainersRoot}/{custom.Store}",
            HasProfile = AppArmor.IsLoaded,
            Is32Bit = custom is null && DistroFacts.Is32Bit(distro),
            Memory = definition.Memory,
            SubscribeDirectory = Directory.Exists(options.SubscribeDirectory) ? options.SubscribeDirectory : null,
            CgroupDirectories = cgroup.Visible,
            ResolvConf = network.ResolvConf is { } own ? own : File.Exists(options.ResolvConf) ? File.ReadAllText(options.ResolvConf) : "",
            PrivateKey = definition.PrivateKey,
            PublicKey = definition.PublicKey,
            StoresDistros = definition.CustomDistrosStorage,
            NoFollow = definition.Nofollow,
        };
    }

    /// <summary>The platform's rule: what is not a letter, digit or hyphen becomes a hyphen; the kernel takes 64 bytes.</summary>
    public static string HostNameOf(string name) =>
        string.Create(Math.Min(name.Length, 64), name, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(text[i]) ? text[i] : '-';
            }
        });
}
