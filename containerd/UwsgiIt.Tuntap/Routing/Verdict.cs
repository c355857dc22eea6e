using System.Net;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Tuntap.Routing;

/// <summary>What becomes of a packet.</summary>
/// <param name="Cause">Why it is dropped, or <see cref="DropCause.None"/>.</param>
/// <param name="Receiver">Peer it goes to, or the one that refused it.</param>
/// <param name="Router">Other server's router it goes to.</param>
internal readonly record struct Verdict(DropCause Cause, Peer? Receiver = null, IPEndPoint? Router = null);
