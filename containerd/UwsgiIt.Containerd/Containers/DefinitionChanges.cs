using System.Text.Json;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Containers;

/// <summary>What a changed definition asks for.</summary>
internal static class DefinitionChanges
{
    /// <summary>True when the container must stop and start: its name, files and keys are made at the start; limits, network rules and ssh keys are not.</summary>
    public static bool NeedRestart(ContainerDefinition running, ContainerDefinition wanted) => Text(Fixed(running)) != Text(Fixed(wanted));

    /// <summary>True when nothing differs.</summary>
    public static bool AreNone(ContainerDefinition running, ContainerDefinition wanted) => Text(running) == Text(wanted);

    /// <summary>Only what is fixed at the start; all else made equal.</summary>
    private static ContainerDefinition Fixed(ContainerDefinition definition) => new()
    {
        Uid = definition.Uid,
        Memory = 0,
        Storage = 0,
        Name = definition.Name,
        Distro = definition.Distro,
        CustomDistro = definition.CustomDistro,
        CustomDistrosStorage = definition.CustomDistrosStorage,
        Customer = definition.Customer,
        PrivateKey = definition.PrivateKey,
        PublicKey = definition.PublicKey,
        Nofollow = definition.Nofollow,
        Reboot = definition.Reboot,
    };

    private static string Text(ContainerDefinition definition) => JsonSerializer.Serialize(definition, ContainerJson.Default.ContainerDefinition);
}
