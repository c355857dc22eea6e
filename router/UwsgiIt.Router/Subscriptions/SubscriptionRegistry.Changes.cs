using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.ProxyProtocol;

namespace UwsgiIt.Router.Subscriptions;

// What a packet does to the set. Everything here runs under _change.
internal sealed partial class SubscriptionRegistry
{
    private SubscriptionOutcome Subscribe(Subscription subscription)
    {
        var packet = subscription.Packet;
        if (!_slots.TryGetValue(packet.Key, out var slot))
        {
            if (_slotCount >= _options.CurrentValue.MaxSlots)
            {
                return SubscriptionOutcome.LimitReached;
            }

            if (packet.Clear)
            {
                return SubscriptionOutcome.NoSuchNode;
            }

            slot = new Slot(packet.Key, packet.Algorithm ?? _options.CurrentValue.DefaultAlgorithm);
        }

        var node = FindNode(slot, packet);
        if (packet.Clear)
        {
            return Clear(node);
        }

        var outcome = SubscriptionOutcome.NodeRefreshed;
        if (node is null || node.HasLeft)
        {
            if (slot.Nodes.Length >= _options.CurrentValue.MaxNodesPerSlot)
            {
                return SubscriptionOutcome.LimitReached;
            }

            node = new Node { Vassal = packet.Vassal, Sender = subscription.Sender, IsTrusted = subscription.IsTrusted };
            outcome = SubscriptionOutcome.NodeAdded;
        }

        // The certificate first: a name that is served is served with it.
        OfferCertificate(slot, packet, subscription.Sender);
        Refresh(slot, node, subscription);
        if (outcome == SubscriptionOutcome.NodeAdded)
        {
            Add(slot, node);
        }

        slot.ForcesHttps = Array.Exists(slot.Nodes, static node => node is { ForcesHttps: true, HasLeft: false });

        // The key's file may be another by now.
        slot.Customer = null;
        if (node.IsLive)
        {
            slot.SignalActivation();
        }

        return outcome;
    }

    private SubscriptionOutcome Unsubscribe(Subscription subscription)
    {
        var packet = subscription.Packet;
        if (packet.Address is null || !_slots.TryGetValue(packet.Key, out var slot) || FindNode(slot, packet) is not { HasLeft: false } node)
        {
            return SubscriptionOutcome.NoSuchNode;
        }

        Log.NodeLeft(_logger, packet.Address, slot.Key);
        Leave(node);
        RemoveDeparted(slot, evenIfBusy: false);
        return SubscriptionOutcome.NodeRemoved;
    }

    private static SubscriptionOutcome Clear(Node? node)
    {
        if (node?.Vassal is null || node.Upstream is not { } upstream)
        {
            return SubscriptionOutcome.NoSuchNode;
        }

        node.Upstream = null;
        upstream.Dispose();
        return SubscriptionOutcome.NodeCleared;
    }

    private static Node? FindNode(Slot slot, SubscriptionPacket packet)
    {
        foreach (var node in slot.Nodes)
        {
            if (!node.HasLeft && ((packet.Address is not null && node.Upstream?.Address.Text == packet.Address)
                || (packet.Vassal is not null && node.Vassal == packet.Vassal && (node.Upstream is null || packet.Address is null || packet.Clear))))
            {
                return node;
            }
        }

        return null;
    }

    private void Refresh(Slot slot, Node node, Subscription subscription)
    {
        var packet = subscription.Packet;
        node.Cores = packet.Cores;
        node.Load = packet.Load;
        node.Weight = Math.Max(1, packet.Weight);
        node.Backup = packet.Backup;
        node.ForcesHttps = packet.ForcesHttps;
        node.LastCheckSeconds = _time.GetUtcNow().ToUnixTimeSeconds();
        var proxyVersion = _options.CurrentValue.ProxyVersionOf(slot.Key);
        if (subscription.Address is { } address && !IsSame(node.Upstream, address, packet, proxyVersion))
        {
            var old = node.Upstream;
            node.Upstream = new Upstream(address, packet.Protocol, packet.Modifier1, packet.Modifier2) { Owner = OwnerOf(address, node.Sender), ProxyVersion = proxyVersion };
            old?.Dispose();
        }

        node.SetDraining(DrainReasons.Configuration, _options.CurrentValue.IsDraining(slot.Key, node.Upstream?.Address.Text));
        node.SetDraining(DrainReasons.Announce, packet.Drains);
        node.Revive();
    }

    private void DrainByConfiguration(RegistryOptions options)
    {
        lock (_change)
        {
            if (options.Draining.Count == 0 && !_isDraining)
            {
                return;
            }

            _isDraining = options.Draining.Count > 0;
            foreach (var slot in Slots)
            {
                foreach (var node in slot.Nodes)
                {
                    node.SetDraining(DrainReasons.Configuration, options.IsDraining(slot.Key, node.Upstream?.Address.Text));
                }
            }
        }
    }

    /// <summary>A container may put something else where its socket was, after the announce was checked.</summary>
    private static uint? OwnerOf(UpstreamAddress address, SenderCredentials? sender) =>
        address.IsUnix && sender is { UserId: >= AddressPolicy.FirstContainerUid } container ? container.UserId : null;

    private static bool IsSame(Upstream? upstream, UpstreamAddress address, SubscriptionPacket packet, ProxyVersion proxyVersion) =>
        upstream is not null && upstream.Address.Equals(address) && upstream.Protocol == packet.Protocol
        && upstream.Modifier1 == packet.Modifier1 && upstream.Modifier2 == packet.Modifier2 && upstream.ProxyVersion == proxyVersion;

    private void Add(Slot slot, Node node)
    {
        slot.ReplaceNodes([.. slot.Nodes, node]);
        _nodeCount++;
        if (_slots.TryAdd(slot.Key, slot))
        {
            _slotCount++;
            _wildcards += slot.Key.StartsWith('.') ? 1 : 0;
            _mountpoints += slot.Key.Contains('/', StringComparison.Ordinal) ? 1 : 0;
        }

        Log.NodeAdded(_logger, node.Upstream?.Address.Text ?? node.Vassal, slot.Key);
    }

    private static void Leave(Node node)
    {
        node.HasLeft = true;
        node.MarkDead();
    }

    private int RemoveDeparted(Slot slot, bool evenIfBusy)
    {
        var kept = Array.FindAll(slot.Nodes, node => !node.HasLeft || (node.InFlight > 0 && !evenIfBusy));
        var removed = slot.Nodes.Length - kept.Length;
        if (removed == 0)
        {
            return 0;
        }

        foreach (var node in slot.Nodes)
        {
            if (Array.IndexOf(kept, node) < 0)
            {
                node.Upstream?.Dispose();
            }
        }

        slot.ReplaceNodes(kept);
        slot.ForcesHttps = Array.Exists(kept, static node => node is { ForcesHttps: true, HasLeft: false });
        _nodeCount -= removed;
        if (kept.Length == 0 && _slots.TryRemove(slot.Key, out _))
        {
            _slotCount--;
            _wildcards -= slot.Key.StartsWith('.') ? 1 : 0;
            _mountpoints -= slot.Key.Contains('/', StringComparison.Ordinal) ? 1 : 0;
            WithdrawCertificate(slot);
            Log.SlotRemoved(_logger, slot.Key);
        }

        return removed;
    }

    private void OfferCertificate(Slot slot, SubscriptionPacket packet, SenderCredentials? sender)
    {
        if (packet.Sni is not { } claim || !_certificates.Offer(slot.SniName, claim, sender))
        {
            return;
        }

        slot.Sni = claim;
        if (!slot.HasCertificate)
        {
            slot.HasCertificate = true;
            _certificateSlots[slot.SniName] = _certificateSlots.GetValueOrDefault(slot.SniName) + 1;
        }
    }

    private void WithdrawCertificate(Slot slot)
    {
        // Several slots may share a name: www and www:8080. The last one takes the certificate with it.
        if (slot.HasCertificate && --_certificateSlots[slot.SniName] == 0)
        {
            _certificateSlots.Remove(slot.SniName);
            _certificates.Withdraw(slot.SniName);
        }
    }
}
