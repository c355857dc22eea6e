using UwsgiIt.Api.Contracts;

namespace UwsgiIt.Containerd.Agents;

/// <summary>The provisioning api that says which containers this host has. Changes need a restart.</summary>
internal sealed class AgentOptions : IValidatedOptions
{
    public static string SectionName => "Agent";

    /// <summary>Address of the api, https; null switches the agent off. Default null.</summary>
    public string? Api { get; set; }

    /// <summary>PEM file of this host's client certificate; renewed ones are read at the next connection.</summary>
    public string Certificate { get; set; } = "/etc/uwsgiit/host.crt";

    /// <summary>PEM file of its key.</summary>
    public string Key { get; set; } = "/etc/uwsgiit/host.key";

    /// <summary>PEM file of the authority of the api's certificate.</summary>
    public string Authority { get; set; } = "/etc/uwsgiit/authority.crt";

    /// <summary>A client with the certificates as they are now. Throws when they cannot be read, or when there is no api.</summary>
    public HostClient Connect() => new(new HostClientOptions { Api = new Uri(Api ?? throw new InvalidOperationException("There is no api.")), Certificate = Certificate, Key = Key, Authority = Authority });

    public IEnumerable<OptionFault> Validate()
    {
        if (Api is null)
        {
            yield break;
        }

        if (!Uri.TryCreate(Api, UriKind.Absolute, out var url) || url.Scheme != "https")
        {
            yield return new OptionFault("Agent:Api", Api, "is no https address", "Write for example https://api.example.com:8009");
        }

        foreach (var (setting, file) in new[] { ("Agent:Certificate", Certificate), ("Agent:Key", Key), ("Agent:Authority", Authority) })
        {
            if (!File.Exists(file))
            {
                yield return new OptionFault(setting, file, "is not a file", "Run uwsgiit api certificate for this host");
            }
        }
    }
}
