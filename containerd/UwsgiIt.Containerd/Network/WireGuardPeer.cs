using System.Net;

namespace UwsgiIt.Containerd.Network;

/// <summary>Another server as the kernel's WireGuard reaches it.</summary>
/// <param name="PublicKey">32 bytes in base64.</param>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="Uids">Its containers that ours are linked with.</param>
internal sealed record WireGuardPeer(string PublicKey, IPEndPoint EndPoint, IReadOnlyList<int> Uids);
