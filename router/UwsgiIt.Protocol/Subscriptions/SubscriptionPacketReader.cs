using System.Diagnostics.CodeAnalysis;

namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>Datagram to <see cref="SubscriptionPacket"/>. Strict: one fault refuses the whole datagram.</summary>
public static class SubscriptionPacketReader
{
    /// <summary>Reads one datagram. Never throws; <paramref name="rejection"/> says why it failed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out SubscriptionPacket? packet, out SubscriptionPacketRejection rejection)
        => throw new NotImplementedException();
}
