using UwsgiIt.Api.Contracts;
using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Agents;

/// <summary>The provisioning api that says which customers' keys and certificates this router serves. Changes need a restart.</summary>
internal sealed class AgentOptions : IValidatedOptions
{
    public static string SectionName => "Agent";

    /// <summary>Address of the api, https; null switches the agent off. Default null.</summary>
    public string? Api { get; set; }

    /// <summary>Unix socket of an api on this machine, in its container for example; <see cref="Api"/> still says which name its certificate must have. Default null: connect to the address.</summary>
    public string? Socket { get; set; }

    /// <summary>PEM file of this host's client certificate; renewed with a third of its life left where the folder is ours to write to, and read at the next connection.</summary>
    public string Certificate { get; set; } = "/etc/uwsgiit/host.crt";

    /// <summary>PEM file of its key.</summary>
    public string Key { get; set; } = "/etc/uwsgiit/host.key";

    /// <summary>PEM file of the authority of the api's certificate.</summary>
    public string Authority { get; set; } = "/etc/uwsgiit/authority.crt";

    /// <summary>Folder of what the agent writes: domains/ and certificates/, which are looked into without being configured. Default /var/lib/uwsgiit/router.</summary>
    public string Directory { get; set; } = "/var/lib/uwsgiit/router";

    /// <summary>How often requests by name are told to the api. Default 30 s, what it keeps for two days.</summary>
    public TimeSpan MetricsInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How the api is reached. Throws when there is none.</summary>
    public HostClientOptions Connection => new() { Api = new Uri(Api ?? throw new InvalidOperationException("There is no api.")), Socket = Socket, Certificate = Certificate, Key = Key, Authority = Authority };

    public string Domains => Path.Combine(Directory, "domains");

    public string Certificates => Path.Combine(Directory, "certificates");

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

        if (MetricsInterval < TimeSpan.FromMilliseconds(100) || MetricsInterval > TimeSpan.FromHours(1))
        {
            yield return new OptionFault("Agent:MetricsInterval", $"{MetricsInterval}", "is not 0.1 s to 1 hour", "Write for example 00:00:30");
        }

        if (!Directory.StartsWith('/'))
        {
            yield return new OptionFault("Agent:Directory", Directory, "is not an absolute path", "Write for example /var/lib/uwsgiit/router");
        }
    }
}
