using System.Globalization;
using UwsgiIt.Linux.Networking;

namespace UwsgiIt.NetworkLab;

/// <summary>The devices of many containers in one namespace, <c>cUID</c> each: a thousand namespaces would show nothing more.</summary>
public sealed class ManyContainers(NetworkNamespace space, IReadOnlyList<int> uids)
{
    /// <summary>Where the containers' ends are.</summary>
    public NetworkNamespace Space { get; } = space;

    /// <summary>Whose.</summary>
    public IReadOnlyList<int> Uids { get; } = uids;

    /// <summary>A container's end.</summary>
    public static string DeviceOf(int uid) => string.Create(CultureInfo.InvariantCulture, $"c{uid}");

    /// <summary>Bytes that each has received, from proc_net_dev(5).</summary>
    public IReadOnlyDictionary<int, long> Received() =>
        Space.Run(static () => File.ReadAllLines("/proc/thread-self/net/dev")).Skip(2)
            .Select(static line => line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries))
            .Where(static words => words[0][0] == 'c')
            .ToDictionary(static words => int.Parse(words[0].AsSpan(1), CultureInfo.InvariantCulture), static words => long.Parse(words[1], CultureInfo.InvariantCulture));
}
