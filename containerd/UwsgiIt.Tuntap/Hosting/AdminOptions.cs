using System.Net;

namespace UwsgiIt.Tuntap.Hosting;

/// <summary>Where to ask how things are. Changes need a restart.</summary>
internal sealed class AdminOptions
{
    /// <summary>Address for /healthz, /readyz and /metrics; null for none. Default 127.0.0.1:9183; the project's list of ports.</summary>
    public string? Address { get; set; } = "127.0.0.1:9183";

    /// <summary>Unix socket, mode 0600, for <c>uwsgiit ctl net</c>; null for none. Default /run/uwsgiit/tuntap/admin.sock.</summary>
    public string? Socket { get; set; } = "/run/uwsgiit/tuntap/admin.sock";

    /// <summary>Address that answers every connection with the original's statistics; null (default) for none. The original's is 127.0.0.1:5002.</summary>
    public string? LegacyStatsAddress { get; set; }

    public IEnumerable<string> Validate()
    {
        foreach (var (name, value) in new[] { (nameof(Address), Address), (nameof(LegacyStatsAddress), LegacyStatsAddress) })
        {
            if (!string.IsNullOrEmpty(value) && (!IPEndPoint.TryParse(value, out var endPoint) || value.LastIndexOf(':') <= 0 || endPoint.Port < 0))
            {
                yield return $"Admin:{name}: {value} is not ADDRESS:PORT. Write for example 127.0.0.1:9183, or nothing.";
            }
        }

        if (!string.IsNullOrEmpty(Socket) && (!Socket.StartsWith('/') || Socket.Length > 100))
        {
            yield return $"Admin:Socket: {Socket} is not an absolute path of at most 100 characters. Write for example /run/uwsgiit/tuntap/admin.sock, or nothing.";
        }
    }
}
