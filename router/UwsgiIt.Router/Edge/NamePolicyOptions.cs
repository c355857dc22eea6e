using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Edge;

/// <summary>What holds for the requests of a name. What is not said falls back to <c>Policy:Default</c>, then to the default named here. All sources "ours".</summary>
internal sealed class NamePolicyOptions
{
    /// <summary>Request headers with '_' in their names: Drop, Refuse (400) or Pass. Default Drop.</summary>
    public UnderscorePolicy? Underscores { get; set; }

    /// <summary>Whether <c>%2f</c> may be in a path. Default true: many applications put names with slashes there.</summary>
    public bool? EncodedSlashes { get; set; }

    /// <summary>Whether <c>%5c</c>, or a bare backslash, may be in a path. Default false: a backend that takes it for a slash sees another path than we do. <c>%00</c> never may.</summary>
    public bool? EncodedBackslashes { get; set; }

    public IEnumerable<OptionFault> Validate(string setting)
    {
        if (Underscores is { } underscores && !Enum.IsDefined(underscores))
        {
            yield return new OptionFault($"{setting}:Underscores", $"{underscores}", "is not a policy", "Write Drop, Refuse or Pass");
        }
    }
}
