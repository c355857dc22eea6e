using UwsgiIt.Api.Contracts;

namespace UwsgiIt.Containerd.Agents;

/// <summary>The provisioning api that says which containers this host has. Changes need a restart.</summary>
internal sealed class AgentOptions : IValidatedOptions
{
    public static string SectionName => "Agent";

    /// <summary>Address of the api, https; null switches the agent off. Default null.</summary>
    public string? Api { get; set; }

    /// <summary>Unix socket of an api on this machine, in its container for example; <see cref="Api"/> still says which name its certificate must have. Default null: connect to the address.</summary>
    public string? Socket { get; set; }

    /// <summary>PEM file of this host's client certificate; renewed with a third of its life left, and read at the next connection.</summary>
    public string Certificate { get; set; } = "/etc/uwsgiit/host.crt";

    /// <summary>PEM file of its key.</summary>
    public string Key { get; set; } = "/etc/uwsgiit/host.key";

    /// <summary>PEM file of the authority of the api's certificate.</summary>
    public string Authority { get; set; } = "/etc/uwsgiit/authority.crt";

    /// <summary>File that the api's legions and floating addresses are written to for keepalived(8), whole; include it in keepalived.conf and reload when it changes. Default null: not written.</summary>
    public string? KeepalivedFile { get; set; }

    /// <summary>Network interface that holds them. Default eth0.</summary>
    public string KeepalivedInterface { get; set; } = "eth0";

    /// <summary>How the api is reached. Throws when there is none.</summary>
    public HostClientOptions Connection => new() { Api = new Uri(Api ?? throw new InvalidOperationException("There is no api.")), Socket = Socket, Certificate = Certificate, Key = Key, Authority = Authority };

    /// <summary>A client with the certificates as they are now. Throws when they cannot be read, or when there is no api.</summary>
    public HostClient Connect() => new(Connection);

    public IEnumerable<OptionFault> Validate()
    {
        if (Api is null)
        {
            yield break;
        }

        if (KeepalivedFile is { } keepalived && !keepalived.StartsWith('/'))
        {
            yield return new OptionFault("Agent:KeepalivedFile", keepalived, "is not an absolute path", "Write for example /etc/keepalived/uwsgiit.conf");
        }

        // IFNAMSIZ is 16 with its end.
        if (KeepalivedInterface.Length is 0 or > 15 || !KeepalivedInterface.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '@'))
        {
            yield return new OptionFault("Agent:KeepalivedInterface", KeepalivedInterface, "is no name of an interface", "Write for example eth0");
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
