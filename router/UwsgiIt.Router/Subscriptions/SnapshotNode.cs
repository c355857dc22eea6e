using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>A node as it is kept on disk: what its last packet said, and when.</summary>
internal sealed record SnapshotNode(SubscriptionPacket Packet, SenderCredentials? Sender, bool IsTrusted, long LastCheckSeconds);
