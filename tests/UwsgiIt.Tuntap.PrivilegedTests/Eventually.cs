using System.Diagnostics;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>Waits for something that packets cause, looking often, for a bounded time.</summary>
internal static class Eventually
{
    public static void True(Func<bool> condition, string what, int seconds = 30)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds < seconds, $"Not within {seconds} s: {what}.");
            Thread.Sleep(2);
        }
    }
}
