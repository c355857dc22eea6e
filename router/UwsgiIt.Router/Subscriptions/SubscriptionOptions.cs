using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>A unix datagram socket that takes announces.</summary>
internal sealed class SubscriptionSocketOptions
{
    /// <summary>Absolute path, at most 100 bytes.</summary>
    public string Path { get; set; } = "";

    /// <summary>Permission bits in octal. Default 0666: anybody may announce, the signature decides (the platform's setting).</summary>
    public string Mode { get; set; } = "0666";
}

/// <summary>A uid whose packets need no signature.</summary>
internal sealed class TrustedUidOptions
{
    /// <summary>Never 0.</summary>
    public uint Uid { get; set; }

    /// <summary>Keys it may announce: exact, or <c>*.example.com</c> for the names below. Never empty.</summary>
    public IList<string> Keys { get; init; } = [];
}

/// <summary>Where announces come in and what makes one trustworthy. Sources "ours" unless said.</summary>
internal sealed class SubscriptionOptions : IValidatedOptions
{
    private static readonly string[] KnownDigests = ["SHA1", "SHA256", "SHA384", "SHA512"];

    public static string SectionName => "Subscription";

    /// <summary>Unix datagram sockets. Default none; the packaged configuration has /run/uwsgiit/subscribe/http.</summary>
    public IList<SubscriptionSocketOptions> UnixSockets { get; init; } = [];

    /// <summary>UDP endpoints, <c>ip:port</c>, IPv4 or IPv6. Default none.</summary>
    public IList<string> UdpEndpoints { get; init; } = [];

    /// <summary>Folders of <c>&lt;sanitised key&gt;.pem</c>, first match wins. Default none, which means that nobody can announce.</summary>
    public IList<string> KeyDirectories { get; init; } = [];

    /// <summary>Digests a signature may use: SHA1, SHA256, SHA384, SHA512. Default SHA256 and SHA1 (what platform vassals send).</summary>
    public IList<string> Digests { get; init; } = [];

    /// <summary>False accepts unsigned packets from anybody who reaches a socket: for a closed host only. Default true.</summary>
    public bool SignaturesRequired { get; set; } = true;

    /// <summary>Oldest sender time accepted. Default 1 day (uWSGI's sign-check tolerance).</summary>
    public TimeSpan SignTolerance { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How far a sender's clock may run ahead. Default 30 s.</summary>
    public TimeSpan FutureSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Uids trusted without a signature, for named keys only. Default none.</summary>
    public IList<TrustedUidOptions> TrustedUids { get; init; } = [];

    /// <summary>Folders in which a file named like the sanitised key must exist and belong to the sender's uid and gid. Default none: not checked.</summary>
    public IList<string> CredentialsDirectories { get; init; } = [];

    /// <summary>Containers' homes are <c>&lt;root&gt;/&lt;uid&gt;</c>; senders of uid 30000 and above may announce sockets of their own home only. Default /containers.</summary>
    public string ContainersRoot { get; set; } = "/containers";

    /// <summary>Addresses anybody else may announce: folders ending in '/', <c>ip:port</c>, <c>ip:low-high</c>. Default none: refused.</summary>
    public IList<string> AllowedAddresses { get; init; } = [];

    /// <summary>Unverified packets per second and source (uid or address, IPv6 by /64) that may reach the signature check. Default 2,000; each costs some 30 µs.</summary>
    public int UnverifiedPerSecond { get; set; } = 2_000;

    /// <summary>The same over all sources. Default 5,000.</summary>
    public int UnverifiedPerSecondTotal { get; set; } = 5_000;

    /// <summary>Kernel buffer of each socket, in bytes. Default 32 MiB, used by floods alone: about half a second of 60,000 packets a second. Without CAP_NET_ADMIN at most net.core.rmem_max, often 208 KiB.</summary>
    public int ReceiveBufferBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Subscription servers (socket path or ip:port) that get every accepted packet again, as it came. Default none.</summary>
    public IList<string> Resubscribe { get; init; } = [];

    public HashAlgorithmName[] DigestNames => (Digests.Count == 0 ? ["SHA256", "SHA1"] : Digests).Select(static name => new HashAlgorithmName(name.ToUpperInvariant())).ToArray();

    public IEnumerable<OptionFault> Validate()
    {
        foreach (var socket in UnixSockets)
        {
            if (!socket.Path.StartsWith('/') || socket.Path.Length > 100)
            {
                yield return new OptionFault("Subscription:UnixSockets:Path", socket.Path, "is not an absolute path of at most 100 bytes", "Write for example /run/uwsgiit/subscribe/http");
            }

            if (!TryParseMode(socket.Mode, out _))
            {
                yield return new OptionFault("Subscription:UnixSockets:Mode", socket.Mode, "is not an octal mode", "Write for example 0666");
            }
        }

        foreach (var endpoint in UdpEndpoints)
        {
            if (!IPEndPoint.TryParse(endpoint, out var parsed) || (parsed.Port == 0 && !endpoint.EndsWith(":0", StringComparison.Ordinal)))
            {
                yield return new OptionFault("Subscription:UdpEndpoints", endpoint, "is not ip:port", "Write for example 127.0.0.1:3022 or [::1]:3022");
            }
        }

        foreach (var digest in Digests)
        {
            if (!KnownDigests.Contains(digest, StringComparer.OrdinalIgnoreCase))
            {
                yield return new OptionFault("Subscription:Digests", digest, "is not a digest we accept", "Write SHA1, SHA256, SHA384 or SHA512");
            }
        }

        foreach (var trusted in TrustedUids)
        {
            if (trusted.Uid == 0 || trusted.Keys.Count == 0)
            {
                yield return new OptionFault("Subscription:TrustedUids", $"{trusted.Uid}", "is root or names no keys", "Name a uid above 0 and the keys it may announce");
            }
        }

        foreach (var address in AllowedAddresses)
        {
            if (!AddressPattern.TryParse(address, out _))
            {
                yield return new OptionFault("Subscription:AllowedAddresses", address, "is neither a folder nor ip:port", "Write for example /run/apps/ or 127.0.0.1:9000-9999");
            }
        }

        foreach (var (setting, value) in new[] { ("SignTolerance", SignTolerance), ("FutureSkew", FutureSkew) })
        {
            if (value <= TimeSpan.Zero)
            {
                yield return new OptionFault($"Subscription:{setting}", value.ToString(), "is not a positive time", "Write for example \"00:00:30\"");
            }
        }

        if (UnverifiedPerSecond <= 0 || UnverifiedPerSecondTotal < UnverifiedPerSecond)
        {
            yield return new OptionFault("Subscription:UnverifiedPerSecond", $"{UnverifiedPerSecond} of {UnverifiedPerSecondTotal}", "is not positive or above the total", "Write at least 1, and no more than UnverifiedPerSecondTotal");
        }
    }

    public static bool TryParseMode(string text, out int mode)
    {
        mode = 0;
        foreach (var digit in text)
        {
            if (digit is < '0' or > '7' || (mode = (mode * 8) + (digit - '0')) > 511)
            {
                return false;
            }
        }

        return text.Length > 0;
    }
}
