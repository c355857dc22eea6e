using System.Collections.Concurrent;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Emperors;

/// <summary>The line to one pid 1, and what was heard of its vassals.</summary>
internal sealed class EmperorLink(PacketSocket socket)
{
    /// <summary>Owned by <see cref="EmperorLinks"/>.</summary>
    public PacketSocket Socket { get; } = socket;

    public ConcurrentDictionary<string, string> Vassals { get; } = new(StringComparer.Ordinal);
}
