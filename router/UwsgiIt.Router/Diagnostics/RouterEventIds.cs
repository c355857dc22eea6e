namespace UwsgiIt.Router.Diagnostics;

/// <summary>Ids of the router's log events, in ranges per folder; an id is never used again for something else.</summary>
internal static class RouterEventIds
{
    // Subscriptions: receipt and verification 1000-1499, registry and snapshot 1500-1999

    // Certificates 2000-2999

    // Routing 3000-3999

    // Forwarding 4000-4999

    // Hosting 5000-5999

    // Diagnostics 6000-6999
}
