using NSec.Cryptography;

namespace UwsgiIt.Tuntap.Tunnel;

/// <summary>What we must remember of an initiation until its response comes.</summary>
internal sealed record PendingHandshake(uint Index, Key Ephemeral) : IDisposable
{
    public void Dispose() => Ephemeral.Dispose();
}
