using System.Security.Cryptography.X509Certificates;

namespace UwsgiIt.Router.Acme;

/// <summary>When to order: pure arithmetic.</summary>
internal static class AcmeSchedule
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(12);

    /// <summary>When a certificate is due: at the authority's word, else at two thirds of its life.</summary>
    public static DateTimeOffset DueAt(X509Certificate2 certificate, AcmeNameState state)
    {
        var (start, end) = (new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
        return state.RenewAt is { } advised && advised < end ? advised : start + ((end - start) * (2.0 / 3));
    }

    /// <summary>The state after a failure: pauses double from a minute to half a day, a quarter to either side, and never shorter than the authority asks.</summary>
    public static AcmeNameState AfterFailure(AcmeNameState state, DateTimeOffset now, TimeSpan? retryAfter, double random)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(state.Failures, 20));
        pause = (pause < LongestPause ? pause : LongestPause) * (0.75 + (random / 2));
        return state with { Failures = state.Failures + 1, NextAttempt = now + (retryAfter > pause ? retryAfter.Value + (pause / 10) : pause) };
    }

    /// <summary>A moment of our own within the window; all of a fleet's at once would be a load for nobody's good.</summary>
    public static DateTimeOffset Within(DateTimeOffset start, DateTimeOffset end, double random) => end > start ? start + ((end - start) * random) : start;

    /// <summary>When to warn: so long before the end, but not before a renewal had time to fail.</summary>
    public static bool IsWorrying(X509Certificate2 certificate, DateTimeOffset now, TimeSpan warning)
    {
        var left = certificate.NotAfter.ToUniversalTime() - now.UtcDateTime;
        var fifth = (certificate.NotAfter - certificate.NotBefore) / 5;
        return left < (warning < fifth ? warning : fifth);
    }
}
