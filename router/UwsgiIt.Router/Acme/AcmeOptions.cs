using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Acme;

/// <summary>Certificates without hands. Off until an authority is named. All sources "ours" unless said. Changes need a restart.</summary>
internal sealed class AcmeOptions : IValidatedOptions
{
    public static string SectionName => "Acme";

    /// <summary>The authority's directory, for example <c>https://acme-v02.api.letsencrypt.org/directory</c>. Default none: ACME is off.</summary>
    public string? Authority { get; set; }

    /// <summary>PEM of roots that the authority's own certificate must come from. Default none: the system's.</summary>
    public string? AuthorityRoots { get; set; }

    /// <summary>Whether the operator agrees to the authority's terms of service. Must be true.</summary>
    public bool AgreeToTerms { get; set; }

    /// <summary>Where the authority may write to, for example <c>mailto:admin@example.com</c>. Default none.</summary>
    public IList<string> Contacts { get; init; } = [];

    /// <summary>External account binding: the key's id, where the authority asks for one. Default none.</summary>
    public string? BindingKeyId { get; set; }

    /// <summary>File with the binding's key in base64url, as the authority gives it. Default none.</summary>
    public string? BindingKeyFile { get; set; }

    /// <summary>Folder of accounts, certificates and locks, private to the router; several routers may share one. Needed.</summary>
    public string Store { get; set; } = "";

    /// <summary>Names to have certificates for; <c>*.example.com</c> with Dns01 only. A name with a certificate from elsewhere is left alone.</summary>
    public IList<string> Names { get; init; } = [];

    /// <summary>Whether names announced by a verified key get one too. Default false.</summary>
    public bool Announced { get; set; }

    /// <summary>How names are proven. Default Http01.</summary>
    public AcmeChallengeType Challenge { get; set; }

    /// <summary>Program for Dns01: <c>PROGRAM present|cleanup _acme-challenge.NAME VALUE</c>; done, and seen by the authority, when it exits with 0. Default none.</summary>
    public string? DnsHook { get; set; }

    /// <summary>Default P256.</summary>
    public AcmeKeyKind Key { get; set; }

    /// <summary>Longest time for one order, from its first request to the certificate. Default 5 min.</summary>
    public TimeSpan OrderTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often is looked for names that are due. Default 30 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most orders an hour, tried ones included. Default 50 (Let's Encrypt takes 300 in three hours).</summary>
    public int MaxOrdersPerHour { get; set; } = 50;

    /// <summary>How long before its end a certificate that should have been renewed is warned of. Default 10 days; never more than a fifth of its life.</summary>
    public TimeSpan ExpiryWarning { get; set; } = TimeSpan.FromDays(10);

    public bool IsOn => Authority is not null;

    public IEnumerable<OptionFault> Validate()
    {
        if (!IsOn)
        {
            yield break;
        }

        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            yield return new OptionFault("Acme:Authority", Authority, "is no https address", "Write for example https://acme-v02.api.letsencrypt.org/directory");
        }

        if (!AgreeToTerms)
        {
            yield return new OptionFault("Acme:AgreeToTerms", "false", "leaves the authority's terms of service unaccepted", "Read them and write true");
        }

        if (!Store.StartsWith('/'))
        {
            yield return new OptionFault("Acme:Store", Store, "is not an absolute folder", "Write for example /var/lib/uwsgiit/router/acme");
        }

        foreach (var (setting, file) in new[] { ("AuthorityRoots", AuthorityRoots), ("BindingKeyFile", BindingKeyFile), ("DnsHook", DnsHook) })
        {
            if (file is not null && !File.Exists(file))
            {
                yield return new OptionFault($"Acme:{setting}", file, "is not a file", "Name a file that the router may read");
            }
        }

        if (BindingKeyId is null != BindingKeyFile is null)
        {
            yield return new OptionFault("Acme:BindingKeyId", BindingKeyId, "needs BindingKeyFile, and the other way round", "Write both or none");
        }

        if (Challenge == AcmeChallengeType.Dns01 && DnsHook is null)
        {
            yield return new OptionFault("Acme:DnsHook", null, "is needed for Dns01", "Name a program that sets TXT records");
        }

        foreach (var name in Names.Where(name => !AcmeNames.IsOrderable(name.StartsWith("*.", StringComparison.Ordinal) && Challenge == AcmeChallengeType.Dns01 ? name[2..] : name)))
        {
            yield return new OptionFault("Acme:Names", name, "is not a name that an authority would certify by this challenge", "Write a full host name; wildcards need Dns01");
        }

        if (OrderTimeout <= TimeSpan.Zero || Interval <= TimeSpan.Zero || ExpiryWarning < TimeSpan.Zero || MaxOrdersPerHour < 1)
        {
            yield return new OptionFault("Acme", null, "has a time or number that is not positive", "Look at OrderTimeout, Interval, ExpiryWarning and MaxOrdersPerHour");
        }
    }
}
