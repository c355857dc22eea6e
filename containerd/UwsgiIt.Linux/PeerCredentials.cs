namespace UwsgiIt.Linux;

/// <summary>Who is at the other end of a unix socket, by the kernel's word.</summary>
/// <param name="ProcessId">Process id in our pid namespace; 0 when it has none there.</param>
/// <param name="UserId">Real or effective uid of the sender, as the kernel allowed it to claim.</param>
/// <param name="GroupId">Real or effective gid of the sender.</param>
public readonly record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId);
