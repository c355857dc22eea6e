namespace UwsgiIt.Protocol.Subscriptions;

/// <summary><see cref="SubscriptionPacket"/> to datagram, records in the order real senders use.</summary>
public static class SubscriptionPacketWriter
{
    /// <summary>Writes the datagram and signs it when <paramref name="signer"/> is given. Throws <see cref="ArgumentException"/> when it would not fit 4096 bytes.</summary>
    public static byte[] Write(SubscriptionPacket packet, SubscriptionSigner? signer = null)
        => throw new NotImplementedException();
}
