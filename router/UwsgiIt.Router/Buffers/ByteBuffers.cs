using System.Buffers;

namespace UwsgiIt.Router.Buffers;

/// <summary>Where all byte arrays of the data path come from: small ones from the thread's own, larger ones from the shared pool.</summary>
internal static class ByteBuffers
{
    /// <summary>Of a small array: room for an ordinary head.</summary>
    public const int SmallBytes = 4096;

    // Ours: 4 MiB a thread.
    private const int MaxKept = 1024;

    [ThreadStatic]
    private static Stack<byte[]>? _kept;

    public static byte[] Rent(int bytes) =>
        bytes > SmallBytes ? ArrayPool<byte>.Shared.Rent(bytes)
        : (_kept ??= new Stack<byte[]>()).TryPop(out var array) ? array
        : GC.AllocateUninitializedArray<byte>(SmallBytes);

    public static void Return(byte[] array)
    {
        if (array.Length > SmallBytes)
        {
            ArrayPool<byte>.Shared.Return(array);
            return;
        }

        var kept = _kept ??= new Stack<byte[]>();
        if (kept.Count < MaxKept)
        {
            kept.Push(array);
        }
    }
}
