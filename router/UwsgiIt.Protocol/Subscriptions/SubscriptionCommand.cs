namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>What a subscription datagram asks for. It travels in modifier2 of the packet header (unbit/uwsgi:core/subscription.c).</summary>
public enum SubscriptionCommand
{
    /// <summary>modifier2 = 0: the address serves the key, or still does.</summary>
    Subscribe = 0,

    /// <summary>modifier2 = 1: the address no longer serves the key.</summary>
    Unsubscribe = 1,
}
