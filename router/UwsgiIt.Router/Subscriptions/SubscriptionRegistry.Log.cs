using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Subscriptions;

internal sealed partial class SubscriptionRegistry
{
    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.NodeAdded, LogLevel.Information, "Node {Node} now serves {Key}.")]
        public static partial void NodeAdded(ILogger logger, string? node, string key);

        [LoggerMessage(RouterEventIds.NodeLeft, LogLevel.Information, "Node {Node} no longer serves {Key}: it unsubscribed.")]
        public static partial void NodeLeft(ILogger logger, string node, string key);

        [LoggerMessage(RouterEventIds.NodeStale, LogLevel.Information, "Node {Node} no longer serves {Key}: silent for {Seconds} s.")]
        public static partial void NodeStale(ILogger logger, string? node, string key, long seconds);

        [LoggerMessage(RouterEventIds.SlotRemoved, LogLevel.Information, "Nobody serves {Key} any more.")]
        public static partial void SlotRemoved(ILogger logger, string key);

        [LoggerMessage(RouterEventIds.SlotRevoked, LogLevel.Warning, "The public key of {Key} is gone; its nodes were removed.")]
        public static partial void SlotRevoked(ILogger logger, string key);
    }
}
