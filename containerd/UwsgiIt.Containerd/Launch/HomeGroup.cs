using System.Globalization;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Launch;

/// <summary>The group that passes through homes: the configured one, or that of the router on this host.</summary>
internal sealed class HomeGroup(IOptions<PathOptions> options)
{
    private const string RouterGroup = "uwsgiit-router:";

    /// <summary>Its number; null when there is none, and then nobody but the customer passes.</summary>
    public uint? Id { get; } = options.Value.HomeGroup ?? Find("/etc/group");

    private static uint? Find(string file) =>
        File.Exists(file) && File.ReadLines(file).FirstOrDefault(static line => line.StartsWith(RouterGroup, StringComparison.Ordinal)) is { } line && line.Split(':') is [_, _, var id, ..]
            ? uint.Parse(id, CultureInfo.InvariantCulture)
            : null;
}
