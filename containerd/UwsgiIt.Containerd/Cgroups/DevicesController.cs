namespace UwsgiIt.Containerd.Cgroups;

/// <summary>
/// Devices: none but memory devices, terminals and what /dev of a container has. Version 1 only; in version 2 it is a program that the
/// kernel runs, and without it a container still has no right to make a node and no mount that honours one.
/// </summary>
internal sealed class DevicesController : ICgroupController
{
    // Documentation/admin-guide/devices.txt: null, zero, full, random, urandom, tty, ptmx, terminals of devpts.
    private static readonly string[] Allowed = ["c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm"];

    public string Name => "devices";

    public string? UnifiedName => null;

    public bool IsOptional => true;

    public void Apply(CgroupDirectory directory, CgroupLimits limits)
    {
        // Denying all at once takes away what was allowed, so a living container's list is left as it is.
        if (directory.Read("devices.list").StartsWith("a ", StringComparison.Ordinal))
        {
            directory.Write("devices.deny", "a");
            foreach (var device in Allowed)
            {
                directory.Write("devices.allow", device);
            }
        }

        var found = directory.Read("devices.list").Split('\n').Order(StringComparer.Ordinal);
        if (!found.SequenceEqual(Allowed.Order(StringComparer.Ordinal)))
        {
            throw new CgroupException($"{directory.Path}/devices.list says '{string.Join(", ", found)}'");
        }
    }
}
