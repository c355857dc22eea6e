using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Edge;

/// <summary>What holds for requests, for all names and for single ones.</summary>
internal sealed class PolicyOptions : IValidatedOptions
{
    public static string SectionName => "Policy";

    /// <summary>For every name.</summary>
    public NamePolicyOptions Default { get; set; } = new();

    /// <summary>By name: <c>www.example.com</c>, or <c>.example.com</c> for the names below it. The longest match counts.</summary>
    public IDictionary<string, NamePolicyOptions> Names { get; init; } = new Dictionary<string, NamePolicyOptions>(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<OptionFault> Validate()
    {
        foreach (var fault in Default.Validate("Policy:Default"))
        {
            yield return fault;
        }

        foreach (var (name, policy) in Names)
        {
            if (name.Length is 0 or > 255 || name.AsSpan().IndexOfAny(":/*") >= 0)
            {
                yield return new OptionFault("Policy:Names", name, "is not a name", "Write www.example.com, or .example.com for the names below it");
            }

            foreach (var fault in policy.Validate($"Policy:Names:{name}"))
            {
                yield return fault;
            }
        }
    }
}
