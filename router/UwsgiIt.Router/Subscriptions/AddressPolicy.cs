using Microsoft.Extensions.Options;
using UwsgiIt.Linux;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>
/// Which addresses a sender may announce. A container's uid: sockets it owns in its own home. Anybody else: what the configuration lists.
/// Otherwise a customer could point the router at its admin port or at a neighbour's socket.
/// </summary>
internal sealed partial class AddressPolicy(IOptionsMonitor<SubscriptionOptions> options, ILogger<AddressPolicy> logger)
{
    /// <summary>Uids from here up belong to containers (the platform's numbering).</summary>
    public const uint FirstContainerUid = 30_000;

    private int _warned;

    /// <summary>True when the sender may announce the address. A vanished socket may still be unsubscribed.</summary>
    public bool Allows(UpstreamAddress address, SenderCredentials? sender, bool mustExist)
    {
        var settings = options.CurrentValue;
        if (sender is { UserId: >= FirstContainerUid } container && IsInHome(settings, address, container, mustExist))
        {
            return true;
        }

        foreach (var text in settings.AllowedAddresses)
        {
            if (AddressPattern.TryParse(text, out var pattern) && pattern.Covers(address))
            {
                return true;
            }
        }

        if (settings.AllowedAddresses.Count == 0 && Interlocked.Exchange(ref _warned, 1) == 0)
        {
            Log.Empty(logger, address.Text);
        }

        return false;
    }

    /// <summary>True when <paramref name="path"/> lies in the sender's home, or is a socket the sender owns: where an ack may go.</summary>
    public bool AllowsAck(string path, SenderCredentials? sender)
    {
        if (sender is not { } who || !path.StartsWith('/') || AddressPattern.HasDotSegment(path))
        {
            return false;
        }

        if (who.UserId >= FirstContainerUid && !path.StartsWith(HomeOf(options.CurrentValue, who), StringComparison.Ordinal))
        {
            return false;
        }

        return IsSocketOf(path, who.UserId);
    }

    private static bool IsInHome(SubscriptionOptions settings, UpstreamAddress address, SenderCredentials container, bool mustExist) =>
        address.IsUnix
        && address.Text.StartsWith(HomeOf(settings, container), StringComparison.Ordinal)
        && !AddressPattern.HasDotSegment(address.Text)
        && (!mustExist || IsSocketOf(address.Text, container.UserId));

    private static string HomeOf(SubscriptionOptions settings, SenderCredentials container) => $"{settings.ContainersRoot.TrimEnd('/')}/{container.UserId}/";

    private static bool IsSocketOf(string path, uint userId)
    {
        if (!SafePath.TryOpen(path, pathOnly: true, out var handle, out _))
        {
            return false;
        }

        using (handle)
        {
            var facts = SafePath.Stat(handle);
            return facts.IsSocket && facts.UserId == userId;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.AddressPolicyEmpty, LogLevel.Warning, "Node address {Address} refused: Subscription:AllowedAddresses is empty, so only containers may announce their own sockets. List folders such as \"/run/apps/\" or addresses such as \"127.0.0.1:9000-9999\". This is said once.")]
        public static partial void Empty(ILogger logger, string address);
    }
}
