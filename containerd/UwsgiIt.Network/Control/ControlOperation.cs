namespace UwsgiIt.Network.Control;

/// <summary>What the daemon asks of the router.</summary>
public enum ControlOperation
{
    /// <summary>Who is there: workers and devices.</summary>
    Hello,

    /// <summary>The host's policy, replacing the one before.</summary>
    Host,

    /// <summary>Containers' policies, each replacing the one before.</summary>
    Policies,

    /// <summary>A container's device: one queue each worker comes with it.</summary>
    Attach,

    /// <summary>A container has gone: its queues are closed and its policy forgotten.</summary>
    Detach,

    /// <summary>The gateway's device: one queue each worker comes with it.</summary>
    AttachGateway,

    /// <summary>UDP sockets bound to port 53 of the gateway come with it: answer there.</summary>
    Resolve,

    /// <summary>The tunnel to other servers' routers; the first time its bound UDP socket comes with it.</summary>
    Tunnel,
}
