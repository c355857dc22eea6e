using System.Net;
using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Diagnostics;

/// <summary>The stats socket in the original's format. Changes need a restart.</summary>
internal sealed class StatsOptions : IValidatedOptions
{
    public static string SectionName => "Stats";

    /// <summary><c>ip:port</c> or an absolute unix socket path; null switches it off. Default null (the platform has 127.0.0.1:5003).</summary>
    public string? Address { get; set; }

    public IEnumerable<OptionFault> Validate()
    {
        if (Address is not null && !Address.StartsWith('/') && !IPEndPoint.TryParse(Address, out _))
        {
            yield return new OptionFault("Stats:Address", Address, "is neither ip:port nor an absolute path", "Write for example 127.0.0.1:5003");
        }
    }
}
