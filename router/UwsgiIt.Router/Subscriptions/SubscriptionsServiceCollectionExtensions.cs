namespace UwsgiIt.Router.Subscriptions;

internal static class SubscriptionsServiceCollectionExtensions
{
    /// <summary>Everything between the announce sockets and the registry.</summary>
    public static IServiceCollection AddSubscriptions(this IServiceCollection services)
    {
        services.AddSingleton<PublicKeyStore>();
        services.AddSingleton<IKnownKeys>(static provider => provider.GetRequiredService<PublicKeyStore>());
        services.AddSingleton<ReplayLedger>();
        services.AddSingleton<AddressPolicy>();
        services.AddSingleton<SubscriptionVerifier>();
        services.AddSingleton<SubscriptionAck>();
        services.AddSingleton<Resubscriber>();
        services.AddSingleton<SubscriptionReceiver>();
        services.AddSingleton<SubscriptionRegistry>();
        services.AddSingleton<ISubscriptionSink>(static provider => provider.GetRequiredService<SubscriptionRegistry>());

        // Started in this order: what was known comes back before anybody can announce or ask.
        services.AddSingleton<SnapshotStore>();
        services.AddHostedService(static provider => provider.GetRequiredService<SnapshotStore>());
        services.AddSingleton<SubscriptionListener>();
        services.AddHostedService(static provider => provider.GetRequiredService<SubscriptionListener>());
        services.AddHostedService<SubscriptionUpkeep>();
        return services;
    }
}
