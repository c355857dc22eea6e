using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Authentication;

/// <summary>Logins. Changes need a restart.</summary>
internal sealed class AuthenticationOptions : IValidatedOptions
{
    public static string SectionName => "Authentication";

    /// <summary>Memory of one Argon2id computation, in KiB. Default 19456 (OWASP's recommendation for one lane).</summary>
    public int ArgonMemoryKiB { get; set; } = 19_456;

    /// <summary>Passes of Argon2id. Default 2 (same source).</summary>
    public int ArgonPasses { get; set; } = 2;

    /// <summary>Argon2id computations at once; more wait. Default 2: a password costs some 20 ms of a core.</summary>
    public int ArgonParallel { get; set; } = 2;

    /// <summary>How long a verified password is remembered. Default 60 s.</summary>
    public TimeSpan VerifiedLifetime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Failed logins per address and per user name before the next is refused unseen. Default 10 in a minute.</summary>
    public int FailuresPerMinute { get; set; } = 10;

    public IEnumerable<OptionFault> Validate()
    {
        if (ArgonMemoryKiB is < 8 or > 1_048_576)
        {
            yield return new OptionFault("Authentication:ArgonMemoryKiB", $"{ArgonMemoryKiB}", "is not between 8 and 1048576", "Write for example 19456");
        }

        if (ArgonPasses is < 1 or > 100)
        {
            yield return new OptionFault("Authentication:ArgonPasses", $"{ArgonPasses}", "is not between 1 and 100", "Write for example 2");
        }

        if (ArgonParallel is < 1 or > 64)
        {
            yield return new OptionFault("Authentication:ArgonParallel", $"{ArgonParallel}", "is not between 1 and 64", "Write for example 2");
        }

        if (VerifiedLifetime < TimeSpan.Zero || VerifiedLifetime > TimeSpan.FromHours(1))
        {
            yield return new OptionFault("Authentication:VerifiedLifetime", VerifiedLifetime.ToString(), "is not between 0 and an hour", "Write for example \"00:01:00\"");
        }

        if (FailuresPerMinute < 1)
        {
            yield return new OptionFault("Authentication:FailuresPerMinute", $"{FailuresPerMinute}", "is not positive", "Write for example 10");
        }
    }
}
