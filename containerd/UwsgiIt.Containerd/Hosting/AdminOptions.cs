using System.Net;

namespace UwsgiIt.Containerd.Hosting;

/// <summary>Where /metrics, /healthz and /readyz are served.</summary>
internal sealed class AdminOptions : IValidatedOptions
{
    public static string SectionName => "Admin";

    /// <summary>ip:port; empty for nowhere. Default 127.0.0.1:9181.</summary>
    public string Address { get; set; } = "127.0.0.1:9181";

    public IEnumerable<OptionFault> Validate()
    {
        if (Address.Length > 0 && !IPEndPoint.TryParse(Address, out _))
        {
            yield return new OptionFault("Admin:Address", Address, "is not ip:port", "Write for example 127.0.0.1:9181");
        }
    }
}
