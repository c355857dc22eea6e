using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>A verified claim: every check that does not need the registry has passed.</summary>
/// <param name="Packet">The packet.</param>
/// <param name="Address">The packet's address, parsed; null for an on-demand node without one.</param>
/// <param name="Sender">Kernel credentials; null when it came over UDP or credentials are not used.</param>
/// <param name="IsTrusted">True when it was accepted for its sender's uid instead of a signature.</param>
internal sealed record Subscription(SubscriptionPacket Packet, UpstreamAddress? Address, SenderCredentials? Sender, bool IsTrusted);
