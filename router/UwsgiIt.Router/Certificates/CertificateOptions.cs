using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Certificates;

/// <summary>A certificate and its key as files.</summary>
internal sealed class CertificateFileOptions
{
    /// <summary>PEM: leaf first, then the chain.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM, without a passphrase.</summary>
    public string Key { get; set; } = "";
}

/// <summary>A name with a certificate of the operator's.</summary>
internal sealed class NamedCertificateOptions
{
    /// <summary>Host name, or <c>*.example.com</c>.</summary>
    public string Name { get; set; } = "";

    public string Certificate { get; set; } = "";

    public string Key { get; set; } = "";

    /// <summary>PEM of the authorities that client certificates must come from; null asks for none.</summary>
    public string? ClientCa { get; set; }

    /// <summary>No certificate, no request. Default false.</summary>
    public bool ClientCertificateRequired { get; set; }
}

/// <summary>Where certificates come from beside subscription packets. Configuration beats packets, packets beat the folder. Sources "ours".</summary>
internal sealed class CertificateOptions : IValidatedOptions
{
    public static string SectionName => "Certificate";

    /// <summary>Served to unknown names and clients without SNI. Default none: a self-signed one is made at start.</summary>
    public CertificateFileOptions? Default { get; set; }

    /// <summary>Folder of <c>&lt;name&gt;.crt</c>, <c>.key</c> and optionally <c>.ca</c>. Default none.</summary>
    public string? Directory { get; set; }

    public IList<NamedCertificateOptions> Names { get; init; } = [];

    /// <summary>Folders, ending in '/', that paths in packets may point into. A container's own home is always allowed to it. Default none.</summary>
    public IList<string> AllowedDirectories { get; init; } = [];

    /// <summary>Where the container daemon opens files of containers for us that only their customers may read. Default /run/uwsgiit/files.sock, which may be absent.</summary>
    public string FileBroker { get; set; } = "/run/uwsgiit/files.sock";

    /// <summary>Most parsed certificates kept ready; the least recently used are parsed again when asked for. Default 10,000.</summary>
    public int MaxCachedContexts { get; set; } = 10_000;

    /// <summary>How long before its end a certificate in use, of a packet, the folder or configuration, is warned of; a fifth of its life at the most. Default 10 days.</summary>
    public TimeSpan ExpiryWarning { get; set; } = TimeSpan.FromDays(10);

    /// <summary>
    /// Ask the OCSP responders that certificates name and staple their answers. Default true; of <c>Tls:Engine</c> OpenSsl only. Those of certificates in
    /// packets have to be at public addresses, ports 80 and 443.
    /// </summary>
    public bool OcspStapling { get; set; } = true;

    public IEnumerable<OptionFault> Validate()
    {
        var files = Names.Select(static name => (Setting: $"Certificate:Names:{name.Name}", name.Certificate, name.Key));
        if (Default is { } fallback)
        {
            files = files.Append(("Certificate:Default", fallback.Certificate, fallback.Key));
        }

        foreach (var (setting, certificate, key) in files)
        {
            foreach (var file in new[] { certificate, key }.Where(static file => !File.Exists(file)))
            {
                yield return new OptionFault(setting, file, "is not a file", "Name PEM files that the router may read");
            }
        }

        foreach (var name in Names.Where(static name => name.Name.Length == 0 || (name.ClientCa is { } ca && !File.Exists(ca)) || (name.ClientCertificateRequired && name.ClientCa is null)))
        {
            yield return new OptionFault("Certificate:Names", name.Name, "has no name, a ClientCa that is not a file, or requires client certificates of no authority", "Give Name, and ClientCa as a PEM file");
        }

        if (Directory is not null && !System.IO.Directory.Exists(Directory))
        {
            yield return new OptionFault("Certificate:Directory", Directory, "is not a folder", "Make it, or leave the setting out");
        }

        foreach (var allowed in AllowedDirectories.Where(static folder => !folder.StartsWith('/') || !folder.EndsWith('/')))
        {
            yield return new OptionFault("Certificate:AllowedDirectories", allowed, "is not an absolute folder ending in '/'", "Write for example /etc/uwsgiit/certificates/");
        }

        if (ExpiryWarning < TimeSpan.Zero)
        {
            yield return new OptionFault("Certificate:ExpiryWarning", $"{ExpiryWarning}", "is negative", "Write for example \"10.00:00:00\"");
        }

        if (MaxCachedContexts < 16)
        {
            yield return new OptionFault("Certificate:MaxCachedContexts", $"{MaxCachedContexts}", "is too small", "Write at least 16");
        }
    }
}
