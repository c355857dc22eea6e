using UwsgiIt.Linux;

namespace UwsgiIt.Tuntap.Control;

/// <summary>The bound control socket: made while we may still make it, before rights are dropped.</summary>
internal sealed class ControlListener(PacketSocket socket) : IDisposable
{
    public PacketSocket Socket { get; } = socket;

    public void Dispose() => Socket.Dispose();
}
