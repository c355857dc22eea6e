using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>Where a datagram came from.</summary>
/// <param name="Sender">Kernel credentials, unix sockets only.</param>
/// <param name="Address">Network address, UDP only.</param>
internal readonly record struct PacketSource(SenderCredentials? Sender, IPAddress? Address)
{
    /// <summary>What is throttled together: a uid, an IPv4 address, or an IPv6 /64 (whoever has one has them all).</summary>
    public ulong ThrottleKey
    {
        get
        {
            if (Sender is { } sender)
            {
                return (1UL << 40) | sender.UserId;
            }

            if (Address is null)
            {
                return 0;
            }

            Span<byte> bytes = stackalloc byte[16];
            Address.TryWriteBytes(bytes, out _);
            return Address.AddressFamily == AddressFamily.InterNetwork
                ? (2UL << 40) | BitConverter.ToUInt32(bytes)
                : BitConverter.ToUInt64(bytes) | (1UL << 63);
        }
    }

    public override string ToString() => Sender is { } sender ? $"uid {sender.UserId} pid {sender.ProcessId}" : Address?.ToString() ?? "unknown";
}
