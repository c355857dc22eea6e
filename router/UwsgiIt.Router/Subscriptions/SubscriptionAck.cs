using System.Text;
using UwsgiIt.Linux;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>
/// Tells a sender once that its node is in (unbit/uwsgi: a datagram with this very text). The path comes from the packet, so it must be a
/// socket that the sender owns, and the send goes to the inode that was checked, never to what the path may name by then.
/// </summary>
internal sealed class SubscriptionAck(AddressPolicy policy) : IDisposable
{
    private readonly UnixDatagramSender _sender = new();

    public void Send(Subscription subscription)
    {
        if (subscription.Packet.Notify is not { } path || !policy.AllowsAck(path, subscription.Sender)
            || !SafePath.TryOpen(path, pathOnly: true, out var handle, out _))
        {
            return;
        }

        using (handle)
        {
            if (SafePath.Stat(handle) is { IsSocket: true } facts && facts.UserId == subscription.Sender!.Value.UserId)
            {
                var text = $"[subscription ack] {subscription.Packet.Key} => new node: {subscription.Packet.Address}";
                _sender.TrySend($"/proc/self/fd/{handle.DangerousGetHandle()}", Encoding.UTF8.GetBytes(text));
            }
        }
    }

    public void Dispose() => _sender.Dispose();
}
