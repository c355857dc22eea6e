namespace UwsgiIt.Cli.Api;

/// <summary>Kinds of objects the command line knows, and the columns a table shows of each.</summary>
internal static class Kinds
{
    public static readonly IReadOnlyDictionary<string, string[]> All = new SortedDictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["alarms"] = ["id", "container", "unix", "level", "class", "msg"],
        ["attributes"] = ["id", "customer", "namespace", "key", "value"],
        ["audit"] = ["id", "unix", "actor", "call", "kind", "object", "action"],
        ["certificates"] = ["id", "customer", "name", "names", "not_after"],
        ["changes"] = ["version", "kind", "object", "action", "unix"],
        ["collected-files"] = ["id", "filename"],
        ["containers"] = ["uid", "name", "customer", "server", "memory", "storage", "ip", "can_run", "tags"],
        ["custom-distros"] = ["id", "container", "name", "path"],
        ["custom-services"] = ["id", "name", "customer", "server"],
        ["customers"] = ["id", "name", "company", "email", "containers", "active", "uuid"],
        ["datacenters"] = ["id", "name", "description"],
        ["distros"] = ["id", "name", "path", "note"],
        ["domains"] = ["id", "name", "customer", "verified", "tags"],
        ["floating-addresses"] = ["id", "address", "customer", "legion", "server"],
        ["legions"] = ["id", "name", "address", "quorum"],
        ["links"] = ["id", "container", "to", "mutual"],
        ["loopboxes"] = ["id", "container", "filename", "mountpoint", "ro"],
        ["news"] = ["id", "public", "content"],
        ["portmaps"] = ["id", "proto", "public_ip", "public_port", "private_ip", "private_port"],
        ["privileged-clients"] = ["id", "name", "address"],
        ["rules"] = ["id", "container", "direction", "source", "destination", "action", "priority"],
        ["servers"] = ["id", "name", "address", "memory", "free_memory", "storage", "free_storage", "owner"],
        ["tags"] = ["id", "customer", "name", "note"],
        ["tokens"] = ["id", "name", "user", "scopes", "expires", "last_used"],
        ["users"] = ["id", "name", "role", "customer", "active"],
    };

    /// <summary>Kinds that are looked at only.</summary>
    public static readonly IReadOnlySet<string> ReadOnly = new HashSet<string>(StringComparer.Ordinal) { "audit", "changes" };
}
