using System.Net;

namespace UwsgiIt.Api.Diagnostics;

/// <summary>The listener for operators. Changes need a restart.</summary>
internal sealed class AdminOptions : IValidatedOptions
{
    public static string SectionName => "Admin";

    /// <summary><c>ip:port</c> for /metrics, /healthz and /readyz; null switches it off. Default null; the packaged configuration has 127.0.0.1:9182.</summary>
    public string? Address { get; set; }

    public IEnumerable<OptionFault> Validate()
    {
        if (Address is not null && !IPEndPoint.TryParse(Address, out _))
        {
            yield return new OptionFault("Admin:Address", Address, "is not ip:port", "Write for example 127.0.0.1:9182");
        }
    }
}
