namespace UwsgiIt.Router.Buffers;

/// <summary>Objects for reuse, kept by the thread that gave them back: no lock, and the requests of a loop find what earlier ones of it left.</summary>
internal static class ThreadCache<T>
    where T : class, new()
{
    // Ours: a loop rarely has more requests under way at once, and one that had should not keep it for ever.
    private const int MaxKept = 256;

    [ThreadStatic]
    private static Stack<T>? _kept;

    public static T Rent() => (_kept ??= new Stack<T>()).TryPop(out var item) ? item : new T();

    /// <summary>The caller has cleared what must not be seen or kept alive.</summary>
    public static void Return(T item)
    {
        var kept = _kept ??= new Stack<T>();
        if (kept.Count < MaxKept)
        {
            kept.Push(item);
        }
    }
}
