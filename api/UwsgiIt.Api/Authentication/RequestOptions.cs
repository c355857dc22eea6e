using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Authentication;

/// <summary>What customers' requests are held to. Changes need a restart.</summary>
internal sealed class RequestOptions : IValidatedOptions
{
    public static string SectionName => "Requests";

    /// <summary>Reads in a minute by one token, login or alarm key, or by one address without any; a customer's all together four times that. 0: no bound. Default 6000; ours.</summary>
    public int ReadsPerMinute { get; set; } = 6000;

    /// <summary>Writes in a minute, counted as <see cref="ReadsPerMinute"/>. 0: no bound. Default 1200; ours.</summary>
    public int WritesPerMinute { get; set; } = 1200;

    /// <summary>Claims of domains in a minute, which ask other people's name servers, counted as <see cref="ReadsPerMinute"/>. 0: no bound. Default 60; ours.</summary>
    public int ClaimsPerMinute { get; set; } = 60;

    /// <summary>Refuse a PATCH or DELETE of the modern root that does not say which revision it means (428). Default false.</summary>
    public bool RequireIfMatch { get; set; }

    public IEnumerable<OptionFault> Validate()
    {
        foreach (var (name, value) in new[] { (nameof(ReadsPerMinute), ReadsPerMinute), (nameof(WritesPerMinute), WritesPerMinute), (nameof(ClaimsPerMinute), ClaimsPerMinute) })
        {
            if (value < 0)
            {
                yield return new OptionFault($"Requests:{name}", $"{value}", "is negative", "Write for example 1200, or 0 for no bound");
            }
        }
    }
}
