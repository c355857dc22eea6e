namespace UwsgiIt.Router.Transport;

/// <summary>Ids of connections: unique in the process, and across restarts as far as the clock goes.</summary>
internal static class CorrelationId
{
    private static long _last = DateTime.UtcNow.Ticks;

    public static string Next() => Interlocked.Increment(ref _last).ToString("X", System.Globalization.CultureInfo.InvariantCulture);
}
