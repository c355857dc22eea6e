using Microsoft.Win32.SafeHandles;

namespace UwsgiIt.Containerd.Launch;

/// <summary>A container's user namespace, alive for as long as this descriptor or a process in it.</summary>
/// <param name="Handle">Owned.</param>
/// <param name="IdBase">What its root is on the host.</param>
internal sealed record UserNamespace(SafeFileHandle Handle, uint IdBase) : IDisposable
{
    public void Dispose() => Handle.Dispose();
}
