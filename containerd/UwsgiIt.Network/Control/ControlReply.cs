namespace UwsgiIt.Network.Control;

/// <summary>The router's answer: done, or every fault and nothing changed.</summary>
public sealed record ControlReply
{
    /// <summary>What was wrong; empty when it was done.</summary>
    public IReadOnlyList<string> Faults { get; set; } = [];

    /// <summary>How many queues a device must come with.</summary>
    public int Workers { get; set; }

    /// <summary>Containers whose devices are there.</summary>
    public IReadOnlyList<int> Devices { get; set; } = [];

    /// <summary>The gateway's device is there.</summary>
    public bool HasGateway { get; set; }

    /// <summary>The gateway's resolver has its sockets.</summary>
    public bool HasResolver { get; set; }

    /// <summary>The tunnel has its socket.</summary>
    public bool HasTunnel { get; set; }

    /// <summary>Itself when it was done; else an <see cref="IOException"/> with every fault.</summary>
    public ControlReply OrThrow() => Faults.Count == 0 ? this : throw new IOException($"the tuntap router refuses: {string.Join("; ", Faults)}");
}
