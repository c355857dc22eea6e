using System.Buffers.Binary;
using System.Text;
using UwsgiIt.Emperor.Supervision;

namespace UwsgiIt.Emperor.Vassals;

/// <summary>
/// The platform's options for vassal files: domain, cluster-domain, ssl-domain, ssl-ca-domain, ssl-cluster-domain, ssl-ca-cluster-domain.
/// Given as arguments before the vassal's own file, so that they work in every format uWSGI reads and outlive its reloads; the original put a
/// text before the file, which only ini survives. Values are the original's but for its slip with the certificate of cluster names.
/// </summary>
internal static class Shortcuts
{
    /// <summary>Arguments for the vassal at this absolute path.</summary>
    public static IEnumerable<string> Arguments(SupervisorSettings settings, string path)
    {
        yield return "--chmod-socket=666";
        yield return $"--subscription-notify-socket={NotifySocket(settings)}";
        foreach (var (name, arguments, isCluster) in new[]
        {
            ("domain", 1, false), ("cluster-domain", 1, true), ("ssl-domain", 3, false), ("ssl-ca-domain", 4, false), ("ssl-cluster-domain", 3, true), ("ssl-ca-cluster-domain", 4, true),
        })
        {
            var socket = SocketPath(settings, "$1", path);
            var certificate = (arguments >= 3 ? ",sni_key=$2,sni_crt=$3" : "") + (arguments == 4 ? ",sni_ca=$4" : "");
            var announce = $",key=$1,addr={socket},sign=SHA1:{settings.Home}/etc/uwsgi.key{certificate}";
            var cluster = isCluster && settings.FastrouterSubscribeSocket is { } fastrouter ? $"subscribe2=server={fastrouter}{announce};" : "";
            yield return $"--declare-option={name}=socket={socket};{cluster}subscribe2=server={settings.SubscribeSocket}{announce}";
        }
    }

    /// <summary>Where the router's answers go.</summary>
    public static string NotifySocket(SupervisorSettings settings) => $"{settings.Home}/run/notify.socket";

    /// <summary>The socket a shortcut binds for this name.</summary>
    public static string SocketPath(SupervisorSettings settings, string domain, string path) => $"{settings.Home}/run/{domain}_{Hash(path)}.socket";

    /// <summary>uWSGI's %j: DJB's hash (times 33, xor) of the path, the bytes as they lie in memory.</summary>
    public static string Hash(string path)
    {
        var hash = 5381u;
        foreach (var value in Encoding.UTF8.GetBytes(path))
        {
            hash = unchecked((hash << 5) + hash) ^ value;
        }

        return BinaryPrimitives.ReverseEndianness(hash).ToString("X8", System.Globalization.CultureInfo.InvariantCulture);
    }
}
