using System.Net;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Domains;

/// <summary>How ownership of names is looked up. Changes need a restart.</summary>
internal sealed class DnsOptions : IValidatedOptions
{
    public static string SectionName => "Dns";

    /// <summary>Resolvers as address or address:port. Default the system's.</summary>
    public IList<string> Resolvers { get; init; } = [];

    /// <summary>Whether a name's own name servers are asked. Default true; false asks the resolvers for everything.</summary>
    public bool AskAuthoritative { get; set; } = true;

    /// <summary>Port of authoritative servers. Default 53; another one is for tests.</summary>
    public int AuthoritativePort { get; set; } = 53;

    /// <summary>Longest wait for one answer. Default 3 s (the original's).</summary>
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Longest wait for all of one claim. Default 15 s; ours, the original could take 30 s per name.</summary>
    public TimeSpan ClaimTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an owner keeps a name that somebody else has proven later: time to prove it anew. Default 7 days; arbitrary.</summary>
    public TimeSpan NoticePeriod { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How often names are proven again, so that their owners see which are not any more; nothing is removed for it. Default null: never, as the original.</summary>
    public TimeSpan? RecheckInterval { get; set; }

    public IEnumerable<OptionFault> Validate()
    {
        for (var i = 0; i < Resolvers.Count; i++)
        {
            if (!IPEndPoint.TryParse(Resolvers[i], out _))
            {
                yield return new OptionFault($"Dns:Resolvers:{i}", Resolvers[i], "is no address", "Write for example 192.0.2.53 or 192.0.2.53:5353");
            }
        }

        if (AuthoritativePort is < 1 or > 65_535)
        {
            yield return new OptionFault("Dns:AuthoritativePort", $"{AuthoritativePort}", "is no port", "Write 53");
        }

        if (NoticePeriod < TimeSpan.Zero)
        {
            yield return new OptionFault("Dns:NoticePeriod", NoticePeriod.ToString(), "is negative", "Write for example \"7.00:00:00\"");
        }

        if (RecheckInterval < TimeSpan.FromMinutes(10))
        {
            yield return new OptionFault("Dns:RecheckInterval", RecheckInterval.ToString(), "is less than ten minutes", "Write for example \"1.00:00:00\", or nothing");
        }

        if (QueryTimeout <= TimeSpan.Zero || ClaimTimeout < QueryTimeout)
        {
            yield return new OptionFault("Dns:QueryTimeout", QueryTimeout.ToString(), "is not positive, or longer than Dns:ClaimTimeout", "Write for example \"00:00:03\"");
        }
    }
}
